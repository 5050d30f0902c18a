#!/bin/bash
# Makes the role `sanku` (our indices and nothing else) and its user; may be run again, then it sets the password anew.
# Usage: create-user.sh URL, with /run/secrets/elastic_password and /run/secrets/elasticsearch_password.
set -euo pipefail
url=$1
here=$(cd "$(dirname "$0")" && pwd)
admin="elastic:$(cat /run/secrets/elastic_password)"
password=$(cat /run/secrets/elasticsearch_password)

# Passwords stay out of the process list: curl reads them from its standard input.
call() { # METHOD PATH BODY-FILE
    printf 'user = "%s"\n' "$admin" |
        curl -sS --fail-with-body -K - -X "$1" "$url$2" -H 'Content-Type: application/json' --data-binary "@$3"
    echo
}

call PUT /_security/role/sanku "$here/role.json"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
printf '{"password": "%s", "roles": ["sanku"]}' "$password" >"$body"
call PUT /_security/user/sanku "$body"
