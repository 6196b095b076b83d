/* colour.c: decides where colour may be, and writes ANSI's sequences. */
#include "base/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int has_colour(FILE *f)
{
	const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

	return !(none && *none) && term && strcmp(term, "dumb") != 0 && isatty(fileno(f));
}

const char *pvq_colour_begin(FILE *f, enum pvq_colour colour)
{
	static const char *const sequence[] = {[PVQ_COLOUR_NONE] = "",
		[PVQ_COLOUR_GOOD] = "\033[32m",
		[PVQ_COLOUR_CAUTION] = "\033[33m",
		[PVQ_COLOUR_BAD] = "\033[31m"};

	return has_colour(f) ? sequence[colour] : "";
}

const char *pvq_colour_end(FILE *f, enum pvq_colour colour)
{
	return colour != PVQ_COLOUR_NONE && has_colour(f) ? "\033[0m" : "";
}
