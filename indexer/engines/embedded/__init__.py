"""The engine without a server: tantivy for words, memory-mapped arrays for vectors and filters, files for the rest.

Layout under its folder, for each library::

    achievements.json                         which generation answers, which is being filled, which is kept back
    achievements.lock                         held while that file changes
    achievements-s1a2b3c4d-MODEL-g000003/     a generation: its name carries everything that can make it wrong
        generation.json                       library, fields, model: never changes
        manifest.json                         the present content: one text folder and a list of segments
        text-000017/                          a tantivy index that nobody writes to any more
        segment-000017.bin                    rows: ids, versions, filter columns, vectors
        write.lock                            held while one process writes

A write makes new files beside the old ones (tantivy's by hard links) and then renames one manifest, so a reader sees
all of a write or nothing, and a writer killed at any moment leaves the last manifest whole.
"""
