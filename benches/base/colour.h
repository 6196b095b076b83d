/* colour.h: colour for words of verdicts, on a terminal only. */
#ifndef PVQ_COLOUR_H
#define PVQ_COLOUR_H

#include <stdio.h>

enum pvq_colour { PVQ_COLOUR_NONE, PVQ_COLOUR_GOOD, PVQ_COLOUR_CAUTION, PVQ_COLOUR_BAD };

/* What to print before and after a word. Both are empty where the file is no terminal, or a dumb one, or where NO_COLOR
 * is set. */
const char *pvq_colour_begin(FILE *, enum pvq_colour);
const char *pvq_colour_end(FILE *, enum pvq_colour);

#endif
