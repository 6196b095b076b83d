/* main.c: libFuzzer's entry: fuzzes the reader that $PVQ_READER names. scripts/fuzz runs it. */
#include "readers.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct fuzz_reader *reader;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("PVQ_READER");

	(void)argc, (void)argv;
	reader = name ? fuzz_find(name) : NULL;
	if (reader)
		return 0;
	fprintf(stderr, "PVQ_READER names none of the readers:\n");
	for (reader = fuzz_readers; reader->name; reader++)
		fprintf(stderr, "%s\n", reader->name);
	exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_read(reader, data, len);
	return 0;
}
