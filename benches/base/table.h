/* table.h: writes rows of a struct as lines of CSV (RFC 4180), and reads them back; one list of columns drives both.
 *
 * A file of measurements needs more than the format. Every row is flushed as it is written, so that a full disk shows
 * at once. A damaged row is counted and skipped, so a file that was cut off gives the rows before the cut; the message
 * names the first damaged line.
 */
#ifndef PVQ_TABLE_H
#define PVQ_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PVQ_UNKNOWN_U64 UINT64_MAX
#define PVQ_UNKNOWN_I64 INT64_MIN

enum pvq_column_kind {
	PVQ_COLUMN_TEXT,    /* char[]: a longer text is refused */
	PVQ_COLUMN_U32,     /* unsigned */
	PVQ_COLUMN_U64,     /* uint64_t */
	PVQ_COLUMN_I64,     /* int64_t */
	PVQ_COLUMN_SEEN,    /* uint64_t above 0; 0 is unknown, and an empty field */
	PVQ_COLUMN_OPT_U64, /* uint64_t; PVQ_UNKNOWN_U64 is unknown, and an empty field or no such column */
	PVQ_COLUMN_OPT_I64, /* int64_t; likewise PVQ_UNKNOWN_I64 */
	PVQ_COLUMN_WORD,    /* an enum: an index into `words` */
};

struct pvq_column {
	const char *name;
	enum pvq_column_kind kind;
	size_t offset, size;      /* of the field in the row */
	const char *const *words; /* NULL-terminated; for a WORD only */
};

#define PVQ_COLUMN(type, kind, field)                                                              \
	{                                                                                          \
#field, PVQ_COLUMN_##kind, offsetof(type, field), sizeof(((type *)0)->field), NULL \
	}
#define PVQ_COLUMN_OF(type, field, words)                                                         \
	{                                                                                         \
#field, PVQ_COLUMN_WORD, offsetof(type, field), sizeof(((type *)0)->field), words \
	}

struct pvq_table {
	const char *file; /* the kind of file, for messages: "raw.csv" */
	const struct pvq_column *column;
	size_t columns;
	size_t required; /* how many columns, from the first on, every file must have, in any order */
	size_t row;      /* bytes of the struct */
};

/* Writes the header line, or one row. 0 or -errno. */
int pvq_table_header(const struct pvq_table *, FILE *);
int pvq_table_write(const struct pvq_table *, FILE *, const void *row);

/* Whether the field of a row is of a kind that can be unknown, and is. */
int pvq_table_is_unknown(const struct pvq_column *, const void *field);

/* Adds a row to the file, which another process may have begun. A new file gets the header first. 0 or -errno. */
int pvq_table_append(const struct pvq_table *, const char *path, const void *row);

enum { PVQ_PROBLEM_MAX = 192 };

/* Rows read from a file. The caller frees `row`, whatever the outcome. */
struct pvq_table_rows {
	void *row; /* an array of the table's struct */
	size_t count;
	size_t bad; /* rows that could not be read; they are not among `row` */
	char problem
		[PVQ_PROBLEM_MAX]; /* what is wrong with the file, with the first such line; empty: nothing */
};

/* Reads a whole file. Columns that the table does not know are skipped; fields of columns that the file lacks are 0, or
 * unknown.
 * 0, or -errno with `problem` filled. -EBADMSG: the file is not such a table (no rows), or some rows are damaged: these
 * are counted, and the others kept. */
int pvq_table_read(const struct pvq_table *, FILE *, struct pvq_table_rows *);

/* How many rows this process could not read, of all files so far. */
size_t pvq_table_unread(void);

/* Reads DIR/NAME likewise. 0; -ENOENT without a message if it does not exist; other -errno with one line on stderr and
 * the rows that could be read. */
int pvq_table_read_file(
	const char *dir, const char *name, const struct pvq_table *, struct pvq_table_rows *);

#endif
