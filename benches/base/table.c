/* table.c: writes tables, and reads them by libcsv. */
#include "base/table.h"
#include "base/flush.h"

#include "base/grow.h"
#include "base/infile.h"
#include "base/mark.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int pvq_table_header(const struct pvq_table *t, FILE *f)
{
	for (size_t i = 0; i < t->columns; i++)
		fprintf(f, "%s%s", i ? "," : "", t->column[i].name);
	fputc('\n', f);
	return pvq_flush(f);
}

static void table_text(FILE *f, const char *text)
{
	if (!strpbrk(text, ", \"\r\n"))
		fputs(text, f);
	else
		csv_fwrite(f, text, strlen(text));
}

int pvq_table_is_unknown(const struct pvq_column *c, const void *field)
{
	return (c->kind == PVQ_COLUMN_SEEN && *(const uint64_t *)field == 0) ||
	       (c->kind == PVQ_COLUMN_OPT_U64 && *(const uint64_t *)field == PVQ_UNKNOWN_U64) ||
	       (c->kind == PVQ_COLUMN_OPT_I64 && *(const int64_t *)field == PVQ_UNKNOWN_I64);
}

int pvq_table_write(const struct pvq_table *t, FILE *f, const void *row)
{
	for (size_t i = 0; i < t->columns; i++) {
		const struct pvq_column *c = &t->column[i];
		const void *field = (const char *)row + c->offset;

		if (i)
			fputc(',', f);
		switch (c->kind) {
		case PVQ_COLUMN_TEXT:
			table_text(f, field);
			break;
		case PVQ_COLUMN_U32:
			fprintf(f, "%u", *(const unsigned *)field);
			break;
		case PVQ_COLUMN_U64:
		case PVQ_COLUMN_SEEN:
		case PVQ_COLUMN_OPT_U64:
			if (!pvq_table_is_unknown(c, field))
				fprintf(f, "%llu", (unsigned long long)*(const uint64_t *)field);
			break;
		case PVQ_COLUMN_I64:
		case PVQ_COLUMN_OPT_I64:
			if (!pvq_table_is_unknown(c, field))
				fprintf(f, "%lld", (long long)*(const int64_t *)field);
			break;
		case PVQ_COLUMN_WORD:
			fputs(c->words[*(const unsigned *)field], f);
			break;
		}
	}
	fputc('\n', f);
	return pvq_flush(f);
}

/* Readies a file for a row, behind those of other processes: a new one gets the header, and a last line that was cut off
 * is ended, so that it does not damage the row. The lock lasts until the file is closed. */
static int table_join(const struct pvq_table *t, const char *path, FILE *f)
{
	struct stat st;
	char last;
	int fd;

	while (flock(fileno(f), LOCK_EX) && errno == EINTR)
		; /* without locks on this file system, writers are not kept apart */
	if (fstat(fileno(f), &st))
		return -errno;
	if (st.st_size == 0)
		return pvq_table_header(t, f);
	if (!S_ISREG(st.st_mode))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n')
		fputc('\n', f);
	close(fd);
	return 0;
}

int pvq_table_append(const struct pvq_table *t, const char *path, const void *row)
{
	FILE *f = fopen(path, "ae");
	int ret = f ? table_join(t, path, f) : -errno;

	if (ret == 0)
		ret = pvq_table_write(
			t, f, row); /* flushed and checked: fclose() has nothing left to write */
	if (f)
		fclose(f);
	return ret;
}

/* ---- the reader ---- */

/* The reader's state across libcsv's call-backs. */
struct reader {
	const struct pvq_table *table;
	struct pvq_table_rows *rows;
	size_t room;
	long *map; /* the column at each position of the header; -1: unknown */
	size_t width, field;
	unsigned long line; /* of the file, counted from 1: where the current row begins */
	int has_header, error;
	int damaged; /* the current row */
	char *row;
};

/* Sets the row to what it is where a file says nothing. */
static void reader_clear(struct reader *r)
{
	memset(r->row, 0, r->table->row);
	for (size_t i = 0; i < r->table->columns; i++) {
		const struct pvq_column *c = &r->table->column[i];

		if (c->kind == PVQ_COLUMN_OPT_U64)
			*(uint64_t *)(r->row + c->offset) = PVQ_UNKNOWN_U64;
		else if (c->kind == PVQ_COLUMN_OPT_I64)
			*(int64_t *)(r->row + c->offset) = PVQ_UNKNOWN_I64;
	}
}

static void reader_problem(struct reader *r, const char *what)
{
	if (!r->rows->problem[0])
		snprintf(r->rows->problem, sizeof(r->rows->problem), "line %lu: %s", r->line, what);
}

/* Gives the file up. */
static void reader_fail(struct reader *r, int error, const char *what)
{
	if (r->error)
		return;
	r->error = error;
	reader_problem(r, what);
}

/* Gives the current row up; a header is needed for all others. */
static void reader_damage(struct reader *r, const char *what)
{
	r->damaged = 1;
	if (r->has_header)
		reader_problem(r, what);
	else
		reader_fail(r, -EBADMSG, what);
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

static int reader_word(const char *text, const char *const *words, unsigned *value)
{
	for (*value = 0; words[*value]; ++*value)
		if (strcmp(text, words[*value]) == 0)
			return 0;
	return -1;
}

/* Stores one field; -1 if it does not fit the column's type. */
static int reader_store(struct reader *r, const struct pvq_column *c, const char *text)
{
	void *field = r->row + c->offset;
	uint64_t number = 0;

	switch (c->kind) {
	case PVQ_COLUMN_TEXT:
		if (strlen(text) >= c->size)
			return -1;
		memcpy(field, text, strlen(text) + 1);
		return 0;
	case PVQ_COLUMN_U32:
		if (reader_number(text, UINT32_MAX, &number))
			return -1;
		*(unsigned *)field = (unsigned)number;
		return 0;
	case PVQ_COLUMN_U64:
		return reader_number(text, UINT64_MAX, (uint64_t *)field);
	case PVQ_COLUMN_SEEN:
	case PVQ_COLUMN_OPT_U64:
		return *text ? reader_number(text, UINT64_MAX, (uint64_t *)field) : 0;
	case PVQ_COLUMN_I64:
		return reader_signed(text, (int64_t *)field);
	case PVQ_COLUMN_OPT_I64:
		return *text ? reader_signed(text, (int64_t *)field) : 0;
	case PVQ_COLUMN_WORD:
		return reader_word(text, c->words, (unsigned *)field);
	}
	return -1;
}

static void reader_header(struct reader *r, const char *text)
{
	long *map = pvq_grow(r->map, r->width, sizeof(*map));

	if (!map) {
		reader_fail(r, -ENOMEM, "out of memory");
		return;
	}
	r->map = map;
	map[r->width] = -1;
	for (size_t i = 0; i < r->table->columns; i++)
		if (strcmp(r->table->column[i].name, text) == 0)
			map[r->width] = (long)i;
	r->width++;
}

static void reader_field(void *data, size_t len, void *arg)
{
	struct reader *r = arg;
	const char *text = data ? data : "";
	char what[80];

	if (r->error || r->damaged)
		return;
	if (strlen(text) != len) {
		reader_damage(r, "holds a NUL byte");
	} else if (!r->has_header) {
		reader_header(r, text);
	} else if (r->field < r->width) {
		long c = r->map[r->field++];

		if (c >= 0 && reader_store(r, &r->table->column[c], text)) {
			if (len && strcmp(text, "-") != 0)
				snprintf(what, sizeof(what), "'%.20s' is no %s", text,
					r->table->column[c].name);
			else
				snprintf(what, sizeof(what), "is cut off at its %s",
					r->table->column[c].name);
			reader_damage(r, what);
		}
	} else {
		reader_damage(r, "more fields than the header has");
	}
}

static void reader_check_header(struct reader *r)
{
	char what[80];

	for (size_t want = 0; want < r->table->required; want++) {
		int found = 0;

		for (size_t i = 0; i < r->width; i++)
			found |= r->map[i] == (long)want;
		if (!found) {
			snprintf(what, sizeof(what), "no column '%s': not %s of pvq",
				r->table->column[want].name, r->table->file);
			reader_fail(r, -EBADMSG, what);
			return;
		}
	}
}

static void reader_append(struct reader *r)
{
	struct pvq_table_rows *rows = r->rows;
	size_t size = r->table->row;

	if (rows->count == r->room) {
		size_t room = r->room ? r->room * 2 : 256;
		char *row = realloc(rows->row, room * size);

		if (!row) {
			reader_fail(r, -ENOMEM, "out of memory");
			return;
		}
		rows->row = row;
		r->room = room;
	}
	memcpy((char *)rows->row + rows->count++ * size, r->row, size);
}

/* Ends a row. terminator is -1 at the end of a file without a final newline: the write of that row was cut short, and
 * its last number may look whole but lack digits. */
static void reader_row(int terminator, void *arg)
{
	struct reader *r = arg;

	if (r->error)
		return;
	if (!r->has_header) {
		reader_check_header(r);
		r->has_header = 1;
		return;
	}
	if (r->field != r->width || terminator < 0)
		reader_damage(r, "is cut off");
	if (r->damaged)
		r->rows->bad++;
	else
		reader_append(r);
	r->damaged = 0;
	r->field = 0;
	reader_clear(r);
}

/* The end of the row, which is behind a newline outside quotes; NULL if there is none. */
static const char *row_end(const char *at, const char *end)
{
	int quoted = 0;

	for (; at < end; at++) {
		quoted ^= *at == '"';
		if (*at == '\n' && !quoted)
			return at + 1;
	}
	return NULL;
}

/* Reads the row that begins at `at`, and returns where the next one does. The newline of a damaged row may be hidden
 * behind a quote that is never closed, so the next one is taken to begin on the next line of the file. */
static const char *reader_take(struct reader *r, struct csv_parser *parser, const char *at, const char *end)
{
	const char *next = row_end(at, end), *line = memchr(at, '\n', (size_t)(end - at));
	size_t bad = r->rows->bad, len = (size_t)((next ? next : end) - at);
	int cut = !next && line; /* within quotes */

	if (!cut)
		cut = csv_parse(parser, at, len, reader_field, reader_row, r) != len ||
		      (!next && csv_fini(parser, reader_field, reader_row, r));
	if (cut && !r->error) {
		csv_free(parser);
		if (csv_init(parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL))
			reader_fail(r, -ENOMEM, "out of memory");
		reader_damage(r, "its quotes do not match");
		reader_row(0, r);
	}
	if (r->rows->bad > bad && line)
		next = line + 1;
	return next ? next : end;
}

static void reader_parse(struct reader *r, const char *text, size_t len)
{
	struct csv_parser parser;
	const char *end = text + len;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL)) {
		reader_fail(r, -ENOMEM, "out of memory");
		return;
	}
	while (!r->error && text < end) {
		const char *next = reader_take(r, &parser, text, end);

		for (; text < next; text++)
			r->line += *text == '\n';
	}
	csv_free(&parser);
}

static size_t unread;

size_t pvq_table_unread(void)
{
	return unread;
}

int pvq_table_read(const struct pvq_table *t, FILE *f, struct pvq_table_rows *rows)
{
	struct reader r = {.table = t, .rows = rows, .line = 1, .row = calloc(1, t->row)};
	char *text = NULL, what[120];
	size_t len = 0;
	int ret;

	memset(rows, 0, sizeof(*rows));
	ret = r.row ? pvq_infile_take(f, &text, &len) : -ENOMEM;
	if (ret == 0) {
		reader_clear(&r);
		size_t mark = text ? pvq_mark_len(text, len) : 0;

		reader_parse(&r, text + mark, len - mark);
	} else {
		snprintf(what, sizeof(what), "cannot be read: %s", strerror(-ret));
		reader_fail(&r, ret, ret == -ENOMEM ? "out of memory" : what);
	}
	if (!r.error && !r.has_header) {
		snprintf(what, sizeof(what), "empty file: not %s of pvq", t->file);
		reader_fail(&r, -EBADMSG, what);
	}
	free(text);
	free(r.map);
	free(r.row);
	unread += rows->bad;
	return r.error ? r.error : rows->bad ? -EBADMSG : 0;
}

/* How many rows of a damaged file were lost, as the end of a message; empty: it was given up. */
static void table_lost(const struct pvq_table_rows *rows, char text[64])
{
	text[0] = '\0';
	if (rows->bad)
		snprintf(text, 64, "; %zu row%s could not be read, %zu %s", rows->bad,
			rows->bad > 1 ? "s" : "", rows->count, rows->count == 1 ? "was" : "were");
}

int pvq_table_read_file(
	const char *dir, const char *name, const struct pvq_table *t, struct pvq_table_rows *rows)
{
	char path[PATH_MAX], lost[64];
	int ret = snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path) ? 0 : -ENAMETOOLONG;
	FILE *f = ret ? NULL : fopen(path, "re");

	memset(rows, 0, sizeof(*rows));
	if (!f) {
		ret = ret ? ret : -errno;
		if (ret != -ENOENT)
			fprintf(stderr, "pvq: cannot open %s/%s: %s\n", dir, name, strerror(-ret));
		return ret;
	}
	ret = pvq_table_read(t, f, rows);
	fclose(f);
	table_lost(rows, lost);
	if (ret)
		fprintf(stderr, "pvq: %s: %s%s\n", path, rows->problem, lost);
	return ret;
}
