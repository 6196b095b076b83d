/* row.h: one table of columns drives the header, the writer and the reader. */
#include "row.h"

#include <csv.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, U32, U64, I64, STATUS, VERIFIED };

enum { FIXED_COLUMNS = 24 };

struct column {
	const char *name;
	enum kind kind;
	size_t offset, size;
};

#define COL(name, kind, field)                                                                    \
	{                                                                                         \
		name, kind, offsetof(struct pvq_row, field), sizeof(((struct pvq_row *)0)->field) \
	}

static const struct column column[] = {
	COL("impl", TEXT, impl),
	COL("task", TEXT, task),
	COL("args", TEXT, args),
	COL("n", U64, n),
	COL("workers", U32, workers),
	COL("cores", U32, cores),
	COL("chunk", U32, chunk),
	COL("window", U32, window),
	COL("order", TEXT, order),
	COL("in_via", TEXT, in_via),
	COL("out_via", TEXT, out_via),
	COL("block", U32, block),
	COL("status", STATUS, status),
	COL("verified", VERIFIED, verified),
	COL("start_ns", U64, start_ns),
	COL("first_ns", U64, first_ns),
	COL("map_ns", U64, map_ns),
	COL("stop_ns", U64, stop_ns),
	COL("total_ns", U64, total_ns),
	COL("user_ns", U64, user_ns),
	COL("sys_ns", U64, sys_ns),
	COL("max_rss_kb", U64, max_rss_kb),
	COL("nvcsw", U64, nvcsw),
	COL("nivcsw", U64, nivcsw),
	/* the fixed ones end here */
	COL("cell", U32, cell),
	COL("oversubscribed", U32, oversubscribed),
	COL("seed", U64, seed),
	COL("item_errors", U64, item_errors),
	COL("oracle", TEXT, oracle),
	COL("reason", TEXT, reason),
	COL("retries", U32, retries),
	COL("recycle", U64, recycle),
	COL("item_timeout_ms", U64, item_timeout_ms),
	COL("wall_ns", U64, wall_ns),
	COL("stolen_ns", U64, stolen_ns),
	COL("foreign_ns", I64, foreign_ns),
};

enum { COLUMNS = sizeof(column) / sizeof(column[0]) };

static const char *const status_name[] = {
	"ok", "error", "crashed", "timeout", "unavailable", "planned", NULL};
static const char *const verified_name[] = {"no", "oracle", "serial", NULL};

const char *pvq_status_name(enum pvq_status status)
{
	return status_name[status];
}

const char *pvq_verified_name(enum pvq_verified verified)
{
	return verified_name[verified];
}

/* A failed write or flush; stdio does not promise errno, so something must stand in for it. */
static int row_flush(FILE *f)
{
	errno = 0;
	if (fflush(f) == 0 && !ferror(f))
		return 0;
	return errno ? -errno : -EIO;
}

int pvq_row_header(FILE *f)
{
	for (int i = 0; i < COLUMNS; i++)
		fprintf(f, "%s%s", i ? "," : "", column[i].name);
	fputc('\n', f);
	return row_flush(f);
}

static void row_text(FILE *f, const char *text)
{
	if (!strpbrk(text, ", \"\r\n"))
		fputs(text, f);
	else
		csv_fwrite(f, text, strlen(text));
}

int pvq_row_write(FILE *f, const struct pvq_row *row)
{
	for (int i = 0; i < COLUMNS; i++) {
		const void *field = (const char *)row + column[i].offset;

		if (i)
			fputc(',', f);
		switch (column[i].kind) {
		case TEXT:
			row_text(f, field);
			break;
		case U32:
			fprintf(f, "%u", *(const unsigned *)field);
			break;
		case U64:
			fprintf(f, "%llu", (unsigned long long)*(const uint64_t *)field);
			break;
		case I64:
			fprintf(f, "%lld", (long long)*(const int64_t *)field);
			break;
		case STATUS:
			fputs(status_name[*(const enum pvq_status *)field], f);
			break;
		case VERIFIED:
			fputs(verified_name[*(const enum pvq_verified *)field], f);
			break;
		}
	}
	fputc('\n', f);
	return row_flush(f);
}

/* The reader's state across libcsv's call-backs. */
struct reader {
	struct pvq_rows *rows;
	size_t room;
	int *map, width; /* which column stands at each position of the header; -1: unknown */
	int field;       /* position in the current line */
	unsigned long line;
	int error;
	struct pvq_row row;
};

static void reader_fail(struct reader *r, int error, const char *what)
{
	if (r->error)
		return;
	r->error = error;
	snprintf(r->rows->problem, sizeof(r->rows->problem), "line %lu: %s", r->line, what);
}

static int reader_word(const char *text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

static int reader_number(const char *text, uint64_t max, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return errno || *end || *value > max ? -1 : 0;
}

static int reader_signed(const char *text, int64_t *value)
{
	uint64_t number;

	if (reader_number(text + (*text == '-'), INT64_MAX, &number))
		return -1;
	*value = *text == '-' ? -(int64_t)number : (int64_t)number;
	return 0;
}

/* Stores one field; -1 where it is not what the column holds. */
static int reader_store(struct reader *r, const struct column *c, const char *text)
{
	void *field = (char *)&r->row + c->offset;
	uint64_t number = 0;
	int word;

	switch (c->kind) {
	case TEXT:
		if (strlen(text) >= c->size)
			return -1;
		memcpy(field, text, strlen(text) + 1);
		return 0;
	case U32:
		if (reader_number(text, UINT32_MAX, &number))
			return -1;
		*(unsigned *)field = (unsigned)number;
		return 0;
	case U64:
		return reader_number(text, UINT64_MAX, (uint64_t *)field);
	case I64:
		return reader_signed(text, (int64_t *)field);
	case STATUS:
		if ((word = reader_word(text, status_name)) < 0)
			return -1;
		*(enum pvq_status *)field = (enum pvq_status)word;
		return 0;
	case VERIFIED:
		if ((word = reader_word(text, verified_name)) < 0)
			return -1;
		*(enum pvq_verified *)field = (enum pvq_verified)word;
		return 0;
	}
	return -1;
}

static int column_of(const char *name)
{
	for (int i = 0; i < COLUMNS; i++)
		if (strcmp(name, column[i].name) == 0)
			return i;
	return -1;
}

static void reader_header(struct reader *r, const char *text)
{
	int *map = realloc(r->map, ((size_t)r->width + 1) * sizeof(*map));

	if (!map) {
		reader_fail(r, -ENOMEM, "out of memory");
		return;
	}
	r->map = map;
	r->map[r->width++] = column_of(text);
}

static void reader_field(void *data, size_t len, void *arg)
{
	struct reader *r = arg;
	const char *text = data ? data : "";
	char what[80];

	if (r->error)
		return;
	if (strlen(text) != len) {
		reader_fail(r, -EBADMSG, "holds a NUL byte");
	} else if (r->line == 1) {
		reader_header(r, text);
	} else if (r->field < r->width) {
		int c = r->map[r->field++];

		if (c >= 0 && reader_store(r, &column[c], text)) {
			if (len)
				snprintf(what, sizeof(what), "'%.20s' is no %s", text, column[c].name);
			else
				snprintf(what, sizeof(what), "is cut off at its %s", column[c].name);
			reader_fail(r, -EBADMSG, what);
		}
	} else {
		reader_fail(r, -EBADMSG, "more fields than the header has");
	}
}

static void reader_check_header(struct reader *r)
{
	char what[80];

	for (int want = 0; want < FIXED_COLUMNS; want++) {
		int found = 0;

		for (int i = 0; i < r->width; i++)
			found |= r->map[i] == want;
		if (!found) {
			snprintf(what, sizeof(what), "no column '%s': not a raw.csv of pvq",
				column[want].name);
			reader_fail(r, -EBADMSG, what);
			return;
		}
	}
}

static void reader_append(struct reader *r)
{
	struct pvq_rows *rows = r->rows;

	if (rows->count == r->room) {
		size_t room = r->room ? r->room * 2 : 256;
		struct pvq_row *row = realloc(rows->row, room * sizeof(*row));

		if (!row) {
			reader_fail(r, -ENOMEM, "out of memory");
			return;
		}
		rows->row = row;
		r->room = room;
	}
	rows->row[rows->count++] = r->row;
}

/* End of a line. terminator is -1 at the end of a file without a final newline: the write of that
 * line was cut short, and its last number may look whole without being it. */
static void reader_line(int terminator, void *arg)
{
	struct reader *r = arg;

	if (r->error)
		return;
	if (r->line == 1)
		reader_check_header(r);
	else if (r->field != r->width || terminator < 0)
		reader_fail(r, -EBADMSG, "is cut off");
	else
		reader_append(r);
	r->line++;
	r->field = 0;
	memset(&r->row, 0, sizeof(r->row));
}

int pvq_rows_read(struct pvq_rows *rows, FILE *f)
{
	struct reader r = {.rows = rows, .line = 1};
	struct csv_parser parser;
	char piece[1 << 14];
	size_t got;

	memset(rows, 0, sizeof(*rows));
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL))
		return -ENOMEM;
	while (!r.error && (got = fread(piece, 1, sizeof(piece), f)) > 0)
		if (csv_parse(&parser, piece, got, reader_field, reader_line, &r) != got)
			reader_fail(&r, -EBADMSG, csv_strerror(csv_error(&parser)));
	if (ferror(f))
		reader_fail(&r, -EIO, "cannot be read");
	if (!r.error && csv_fini(&parser, reader_field, reader_line, &r))
		reader_fail(&r, -EBADMSG, "is cut off within quotes");
	if (!r.error && r.line == 1)
		reader_fail(&r, -EBADMSG, "empty file: not a raw.csv of pvq");
	csv_free(&parser);
	free(r.map);
	return r.error;
}

void pvq_rows_free(struct pvq_rows *rows)
{
	free(rows->row);
	memset(rows, 0, sizeof(*rows));
}
