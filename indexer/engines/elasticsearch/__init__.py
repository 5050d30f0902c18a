"""The engine with a server: Elasticsearch 9 on its free tier, one node or many.

For each library there is one index a generation, found by aliases::

    sanku-achievements                          alias of the generation that answers
    sanku-achievements-filling                  alias of the one that is being filled
    sanku-achievements-previous                 alias of the one that is kept back
    sanku-achievements-s1a2b3c4d-mMODEL-g000003    a generation: its name carries everything that can make it wrong
    ….w                                         its own alias; writes ask for it, so that none makes an index by mistake

All changes of roles are one request, which the cluster applies as a whole. A document's external version is its
projection counter with its standing in the last two bits, so the server itself decides which of two writes is newer;
tombstones are documents without content. Only this folder imports ``elasticsearch``.
"""
