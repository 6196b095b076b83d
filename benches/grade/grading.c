/* grading.c: the columns and words of a grading. */
#include "grade/grading.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

const char *const pvq_grade_words[] = {"full", "slower", "wrong", "not built", "open", NULL};

#define COLUMN(kind, field) PVQ_COLUMN(struct pvq_grading, kind, field)
#define PART(name, part)                                                   \
	{                                                                  \
		name, PVQ_COLUMN_TEXT, offsetof(struct pvq_grading, part), \
			sizeof(((struct pvq_grading *)0)->part), NULL      \
	}

static const struct pvq_column columns[] = {
	COLUMN(TEXT, name),
	COLUMN(TEXT, reference),
	PVQ_COLUMN_OF(struct pvq_grading, grade, pvq_grade_words),
	COLUMN(OPT_U64, points),
	COLUMN(U32, checks),
	COLUMN(U32, passed),
	COLUMN(TEXT, failed),
	COLUMN(U32, blocks),
	PART("ratio", reference_ratio.ratio),
	PART("lo", reference_ratio.lo),
	PART("hi", reference_ratio.hi),
	PART("verdict", reference_ratio.words),
	PART("serial_ratio", serial_ratio.ratio),
	PART("serial_lo", serial_ratio.lo),
	PART("serial_hi", serial_ratio.hi),
	PART("serial_verdict", serial_ratio.words),
	COLUMN(TEXT, task),
	COLUMN(U64, n),
	COLUMN(U32, workers),
	COLUMN(TEXT, sentence),
	COLUMN(U64, at_ms),
};

const struct pvq_table pvq_grading_table = {.file = "file of gradings",
	.column = columns,
	.columns = sizeof(columns) / sizeof(columns[0]),
	.required = sizeof(columns) / sizeof(columns[0]),
	.row = sizeof(struct pvq_grading)};

void pvq_grading_say(struct pvq_grading *g, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(g->sentence, sizeof(g->sentence), format, args);
	va_end(args);
	for (char *at = g->sentence; *at; at++)
		if (iscntrl((unsigned char)*at) || (unsigned char)*at >= 0x80)
			*at = '?';
}
