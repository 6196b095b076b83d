/* test_row.c: raw.csv: what is written can be read, the fixed columns stay, damage is named. */
#include "trial/row.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Users' scripts rely on these. */
static const char fixed[] =
	"impl,task,args,n,workers,cores,chunk,window,order,in_via,out_via,block,status,verified,start_ns,first_ns,map_ns,stop_ns,total_ns,user_ns,sys_ns,max_rss_kb,nvcsw,nivcsw";

static struct pvq_row example(void)
{
	struct pvq_row row = {
		.impl = "pool_ordered",
		.task = "deflate",
		.args = "dir=/a, \"b\",max_kb=3",
		.n = UINT64_MAX,
		.workers = 4,
		.cores = 2,
		.order = "ordered",
		.in_via = "shm",
		.out_via = "shm",
		.status = PVQ_TIMEOUT,
		.verified = PVQ_VERIFIED_SERIAL,
		.map_ns = 123456789012345,
		.oversubscribed = 1,
		.wall_ns = 5000000000,
		.foreign_ns = -10000000,
		.reason = "a line\nand another, with \"quotes\"",
	};

	return row;
}

static char *write_rows(unsigned count, size_t *len)
{
	struct pvq_row row = example();
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	assert_non_null(f);
	assert_int_equal(pvq_row_header(f), 0);
	for (unsigned i = 0; i < count; i++) {
		row.block = i;
		assert_int_equal(pvq_row_write(f, &row), 0);
	}
	fclose(f);
	return text;
}

static int read_text(const char *text, size_t len, struct pvq_rows *rows)
{
	FILE *f = len ? fmemopen((void *)(uintptr_t)text, len, "r") : fopen("/dev/null", "r");
	int ret;

	assert_non_null(f);
	ret = pvq_rows_read(rows, f);
	fclose(f);
	return ret;
}

static void test_fixed_columns(void **state)
{
	size_t len;
	char *text = write_rows(0, &len);

	(void)state;
	assert_memory_equal(text, fixed, strlen(fixed));
	assert_true(text[strlen(fixed)] == ',');
	free(text);
}

static void test_round_trip(void **state)
{
	struct pvq_row row = example();
	struct pvq_rows rows;
	size_t len;
	char *text = write_rows(1000, &len);

	(void)state;
	assert_int_equal(read_text(text, len, &rows), 0);
	assert_int_equal(rows.count, 1000);
	row.block = 999;
	assert_memory_equal(&rows.row[999], &row, sizeof(row));
	pvq_rows_free(&rows);
	free(text);
}

/* What is unknown is an empty field, and is read back as unknown; so is what an older file has no column for. */
static void test_unknown_is_no_value(void **state)
{
	struct pvq_row row = example();
	struct pvq_rows rows;
	char *text = NULL, *longer, old[2048];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_non_null(f);
	memset(row.reason, 0, sizeof(row.reason));
	row.user_ns = row.sys_ns = row.nvcsw = row.nivcsw = row.stolen_ns = PVQ_UNKNOWN_U64;
	row.foreign_ns = PVQ_UNKNOWN_I64;
	row.first_ns = row.max_rss_kb = row.wall_ns = 0;
	assert_int_equal(pvq_row_write(f, &row), 0);
	assert_non_null(strstr(text, ",0,,123456789012345,0,0,,,,,,0,")); /* start_ns to cell */
	row.user_ns = row.stolen_ns = 0;                                  /* known, and nothing */
	row.foreign_ns = 0;
	assert_int_equal(pvq_row_write(f, &row), 0);
	assert_int_equal(fclose(f), 0);
	snprintf(old, sizeof(old), "%s", text);
	free(text);
	text = write_rows(0, &len);
	longer = realloc(text, len + strlen(old) + 1);
	assert_non_null(longer);
	text = longer;
	memcpy(text + len, old, strlen(old) + 1);
	assert_int_equal(read_text(text, strlen(text), &rows), 0);
	assert_int_equal(rows.count, 2);
	assert_true(rows.row[0].user_ns == PVQ_UNKNOWN_U64 && rows.row[0].nivcsw == PVQ_UNKNOWN_U64);
	assert_true(rows.row[0].stolen_ns == PVQ_UNKNOWN_U64 && rows.row[0].foreign_ns == PVQ_UNKNOWN_I64);
	assert_memory_equal(&rows.row[1], &row, sizeof(row));
	pvq_rows_free(&rows);
	free(text);
	snprintf(old, sizeof(old),
		"%s\nserial,noop,,9,1,1,1,1,ordered,call,call,2,ok,oracle,1,2,3,4,5,,,,,\n", fixed);
	assert_int_equal(read_text(old, strlen(old), &rows), 0);
	assert_true(rows.row[0].sys_ns == PVQ_UNKNOWN_U64 && rows.row[0].stolen_ns == PVQ_UNKNOWN_U64);
	assert_true(rows.row[0].foreign_ns == PVQ_UNKNOWN_I64);
	pvq_rows_free(&rows);
}

/* Wherever the file is cut, the whole rows before the cut are kept, and the damage is reported. */
static void test_cut_anywhere(void **state)
{
	struct pvq_rows rows;
	size_t len, header;
	char *text = write_rows(3, &len);

	(void)state;
	header = (size_t)(strchr(text, '\n') - text) + 1;
	for (size_t cut = header + 1; cut < len; cut++) {
		size_t whole = (cut - header) / ((len - header) / 3);
		int at_end = (cut - header) % ((len - header) / 3) == 0;

		assert_int_equal(read_text(text, cut, &rows), at_end ? 0 : -EBADMSG);
		assert_int_equal(rows.count, whole);
		if (!at_end)
			assert_non_null(strstr(rows.problem, "line"));
		pvq_rows_free(&rows);
	}
	free(text);
}

static void test_foreign(void **state)
{
	const char *const text[] = {"", "a,b,c\n1,2,3\n", "impl,task\nx,y\n", "\177ELF\1\2", "<html>\n"};
	struct pvq_rows rows;

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		assert_int_equal(read_text(text[i], strlen(text[i]), &rows), -EBADMSG);
		assert_int_equal(rows.count, 0);
		assert_true(rows.problem[0] != '\0');
		pvq_rows_free(&rows);
	}
}

static void test_columns_in_another_order(void **state)
{
	char text[2048];
	struct pvq_rows rows;

	(void)state;
	snprintf(text, sizeof(text),
		"extra,%s\nhello,serial,noop,,5,1,1,1,1,ordered,call,call,2,ok,oracle,1,2,3,4,5,6,7,8,9,10\n",
		fixed);
	assert_int_equal(read_text(text, strlen(text), &rows), 0);
	assert_int_equal(rows.count, 1);
	assert_string_equal(rows.row[0].impl, "serial");
	assert_int_equal(rows.row[0].nivcsw, 10);
	pvq_rows_free(&rows);
}

static void test_bad_value_is_named(void **state)
{
	char text[2048];
	struct pvq_rows rows;

	(void)state;
	snprintf(text, sizeof(text),
		"%s\nserial,noop,,many,1,1,1,1,ordered,call,call,2,ok,oracle,1,2,3,4,5,6,7,8,9,10\n",
		fixed);
	assert_int_equal(read_text(text, strlen(text), &rows), -EBADMSG);
	assert_string_equal(rows.problem, "line 2: 'many' is no n");
	pvq_rows_free(&rows);
}

/* Damage in one row costs that row, wherever it is. */
static void test_damage_in_the_middle(void **state)
{
	static const char good[] =
		"serial,noop,,9,1,1,1,1,ordered,call,call,%d,ok,oracle,1,2,3,4,5,6,7,8,9,10\n";
	static const struct {
		const char *line, *problem;
	} damage[] = {
		{"serial,noop,,9,1,1,1,1,ordered,call,call,2,okk,oracle,1,2,3,4,5,6,7,8,9,10\n",
			"line 4: 'okk' is no status"},
		{"serial,noop,,9,1,1\n", "line 4: is cut off"},
		{"serial,noop,,9,1,1,1,1,ordered,call,call,2,ok,oracle,1,2,3,4,5,6,7,8,9,10,11\n",
			"line 4: more fields than the header has"},
		{"serial,noop,\"a,9,1,1,1,1,ordered,call,call,2,ok,oracle,1,2,3,4,5,6,7,8,9,10\n",
			"line 4: its quotes do not match"},
		{"serial,no\"op,,9,1,1,1,1,ordered,call,call,2,ok,oracle,1,2,3,4,5,6,7,8,9,10\n",
			"line 4: its quotes do not match"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		struct pvq_rows rows;
		char *text = NULL;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		fprintf(f, "%s\n", fixed);
		for (int row = 0; row < 5; row++) {
			if (row == 2 || row == 4)
				fputs(damage[i].line, f);
			fprintf(f, good, row);
		}
		assert_int_equal(fclose(f), 0);
		assert_int_equal(read_text(text, len, &rows), -EBADMSG);
		assert_string_equal(rows.problem, damage[i].problem);
		assert_int_equal(rows.bad, 2);
		assert_int_equal(rows.count, 5);
		for (unsigned row = 0; row < 5; row++)
			assert_int_equal(rows.row[row].block, row);
		pvq_rows_free(&rows);
		free(text);
	}
}

static void test_full_disk(void **state)
{
	struct pvq_row row = example();
	FILE *f = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(f);
	assert_int_equal(pvq_row_write(f, &row), -ENOSPC);
	fclose(f);
}

/* A missing file is not an error; one that was cut off gives the rows before the cut. */
static void test_file(void **state)
{
	char dir[] = "/tmp/pvq-row-XXXXXX", path[64];
	struct pvq_row row = example();
	struct pvq_rows rows;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/x.csv", dir);
	assert_int_equal(pvq_rows_read_file(dir, "x.csv", &rows), -ENOENT);
	assert_int_equal(rows.count, 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pvq_row_append(path, &row), 0);
	assert_int_equal(pvq_rows_read_file(dir, "x.csv", &rows), 0);
	assert_int_equal(rows.count, 2);
	pvq_rows_free(&rows);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size - 3), 0);
	assert_int_equal(pvq_rows_read_file(dir, "x.csv", &rows), -EBADMSG);
	assert_int_equal(rows.count, 1);
	assert_true(rows.bad > 0);
	pvq_rows_free(&rows);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

/* A spreadsheet program begins a file with a byte order mark and ends its lines with CR LF. */
static void test_from_a_spreadsheet(void **state)
{
	struct pvq_rows rows;
	size_t len;
	char *text = write_rows(2, &len), *there = calloc(2, len + 8), *to = there;

	(void)state;
	assert_non_null(there);
	memcpy(to, "\xef\xbb\xbf", 3);
	to += 3;
	for (size_t i = 0, quoted = 0; i < len; i++) {
		quoted ^= text[i] == '"';
		if (text[i] == '\n' && !quoted)
			*to++ = '\r';
		*to++ = text[i];
	}
	assert_int_equal(read_text(there, (size_t)(to - there), &rows), 0);
	assert_string_equal(rows.problem, "");
	assert_int_equal(rows.count, 2);
	assert_string_equal(rows.row[0].impl, "pool_ordered");
	assert_string_equal(rows.row[1].reason, example().reason);
	assert_int_equal(rows.row[1].block, 1);
	pvq_rows_free(&rows);
	free(there);
	free(text);
}

static size_t size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (size_t)st.st_size;
}

/* Several processes add rows to a file that does not exist yet, and to one whose last line was cut off. */
static void test_append_at_once(void **state)
{
	enum { WRITERS = 8 };
	char dir[] = "/tmp/pvq-row-XXXXXX", path[64];
	struct pvq_row row = example();
	struct pvq_rows rows;
	int status;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/raw.csv", dir);
	row.reason[0] = '\0'; /* one line a row, so that the row that is cut off counts once */
	for (int turn = 0; turn < 2; turn++) {
		int gate[2];

		assert_int_equal(pipe(gate), 0);
		for (unsigned i = 0; i < WRITERS; i++) {
			pid_t pid = fork();
			char byte;

			assert_true(pid >= 0);
			if (pid)
				continue;
			close(gate[1]);
			row.block = i;
			(void)!read(gate[0], &byte, 1); /* all begin when the gate closes */
			_exit(pvq_row_append(path, &row) ? 1 : 0);
		}
		close(gate[0]);
		close(gate[1]);
		for (int i = 0; i < WRITERS; i++) {
			assert_true(wait(&status) > 0);
			assert_int_equal(status, 0);
		}
		if (turn == 0) {
			assert_int_equal(pvq_rows_read_file(dir, "raw.csv", &rows), 0);
			assert_int_equal(rows.count, WRITERS);
			pvq_rows_free(&rows);
			assert_int_equal(truncate(path, (off_t)(size_of(path) - 9)), 0);
		}
	}
	assert_int_equal(pvq_rows_read_file(dir, "raw.csv", &rows), -EBADMSG);
	assert_int_equal(rows.bad, 1);
	assert_int_equal(rows.count, 2 * WRITERS - 1);
	pvq_rows_free(&rows);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixed_columns),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_unknown_is_no_value),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_columns_in_another_order),
		cmocka_unit_test(test_bad_value_is_named),
		cmocka_unit_test(test_damage_in_the_middle),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_from_a_spreadsheet),
		cmocka_unit_test(test_append_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
