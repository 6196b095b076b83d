/* test_corpus.c: every reader reads its part of the corpus: seeds, and whatever a fuzzer once found. */
#include "readers.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void read_file(const struct fuzz_reader *reader, const char *path)
{
	static char bytes[1 << 20];
	FILE *f = fopen(path, "re");
	size_t len;

	assert_non_null(f);
	len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	fprintf(stderr, "%s\n", path); /* the last one before a crash is the culprit */
	fuzz_read(reader, bytes, len);
}

static void corpus_is_read(void **state)
{
	const struct fuzz_reader *reader = *state;
	char pattern[128];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "tests/fuzz/corpus/%s/*", reader->name);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_file(reader, found.gl_pathv[i]);
	globfree(&found);
}

int main(void)
{
	struct CMUnitTest test[64];
	size_t n = 0;

	for (const struct fuzz_reader *r = fuzz_readers; r->name; r++)
		test[n++] = (struct CMUnitTest){
			.name = r->name, .test_func = corpus_is_read, .initial_state = (void *)r};
	return _cmocka_run_group_tests("corpus", test, n, NULL, NULL);
}
