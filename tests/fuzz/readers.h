/* readers.h: everything that reads what others wrote, each as a function of bytes: for a fuzzer, and for the test of the
 * corpus. A reader may refuse the bytes; it may not crash, hang, leak, or contradict itself.
 */
#ifndef PVQ_FUZZ_READERS_H
#define PVQ_FUZZ_READERS_H

#include <stddef.h>

struct fuzz_reader {
	const char *name; /* its folder in tests/fuzz/corpus; NULL ends the table */
	void (*read)(const struct fuzz_reader *, const char *text, size_t len); /* a NUL follows the text */
	const char *file; /* which file of a run it is; NULL: none */
};
extern const struct fuzz_reader fuzz_readers[];

/* NULL: there is none of that name. */
const struct fuzz_reader *fuzz_find(const char *name);

/* Gives the reader a copy of the bytes. Aborts on a contradiction. */
void fuzz_read(const struct fuzz_reader *, const void *data, size_t len);

#endif
