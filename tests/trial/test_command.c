/* test_command.c: commands with places for an item: how they are read, filled and written as a line; and the job log. */
#include "tasks/joblog.h"
#include "tasks/template.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_span span(const char *text)
{
	return (struct pvq_span){.ptr = text, .len = strlen(text)};
}

/* The words that a command becomes with an item, each in brackets, and the line. */
static void becomes(const char *command, int shell, const char *item, const char *words, const char *line)
{
	struct pvq_template t;
	char **argv, *text, all[512] = "";

	assert_int_equal(pvq_template_read(&t, command, shell), 0);
	argv = pvq_template_words(&t, span(item), 7);
	text = pvq_template_line(&t, span(item), 7);
	assert_non_null(argv);
	assert_non_null(text);
	for (char **word = argv; *word; word++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "[%s]", *word);
	assert_string_equal(all, words);
	assert_string_equal(text, line);
	free(argv);
	free(text);
	pvq_template_free(&t);
}

static void test_places(void **state)
{
	(void)state;
	becomes("cp {} {.} {/} {/.} {#}", 0, "d.x/a b.tar.gz",
		"[cp][d.x/a b.tar.gz][d.x/a b.tar][a b.tar.gz][a b.tar][7]",
		"cp 'd.x/a b.tar.gz' 'd.x/a b.tar' 'a b.tar.gz' 'a b.tar' 7");
	becomes("x -o{/.}.png={#}", 0, "d.x/a", "[x][-oa.png=7]", "x -oa.png=7");
	becomes("x {.}", 0, "d.x/.rc", "[x][d.x/.rc]", "x d.x/.rc"); /* a hidden file has no extension */
	becomes("x", 0, "{#}", "[x][{#}]", "x '{#}'");               /* places in an item are none */
	becomes("x {} y", 0, "", "[x][][y]", "x '' y");
	becomes("x {/ {} {a}", 0, "i", "[x][{/][i][{a}]", "x '{/' i '{a}'");
}

static void test_quotes(void **state)
{
	(void)state;
	becomes("a 'b \"{}\" c'  \"d \\\" 'e'\" f\\ g ''", 0, "i", "[a][b \"i\" c][d \" 'e'][f g][]",
		"a 'b \"i\" c' 'd \" '\\''e'\\''' 'f g' ''");
	becomes("x", 0, "it's\n", "[x][it's\n]", "x 'it'\\''s\n'");
	becomes("-x\t{}", 0, "; rm $HOME", "[-x][; rm $HOME]", "-x '; rm $HOME'");
}

static void test_shell(void **state)
{
	(void)state;
	becomes("a {} | b >{/.}.{#}", 1, "d/x y.z", "[sh][-c][a 'd/x y.z' | b >'x y'.7]",
		"a 'd/x y.z' | b >'x y'.7");
	becomes("a;b", 1, "it's", "[sh][-c][a;b 'it'\\''s']", "a;b 'it'\\''s'");
}

static void test_refused(void **state)
{
	static const char *const bad[] = {"", "  ", "a 'b", "a \"b"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pvq_template t;

		assert_int_equal(pvq_template_read(&t, bad[i], 0), -EINVAL);
		pvq_template_free(&t);
	}
}

/* ---- the job log ---- */

struct seen {
	uint64_t sum;
	char last[64];
};

static int see(void *ctx, uint64_t seq, const char *command)
{
	struct seen *seen = ctx;

	seen->sum += seq;
	snprintf(seen->last, sizeof(seen->last), "%s", command);
	return 0;
}

static void append(const char *path, const char *text)
{
	FILE *f = fopen(path, "ae");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void add(const char *path, uint64_t seq, int wstatus, const char *command)
{
	const struct pvq_joblog_line line = {
		.seq = seq, .at_ns = 1500000000, .for_ns = 2000000, .wstatus = wstatus, .command = command};

	assert_int_equal(pvq_joblog_add(path, &line), 0);
}

/* Only those that succeeded count; a line that was cut off does not, and what follows stands on a line of its own. */
static void test_joblog(void **state)
{
	char path[] = "/tmp/pvq-test-XXXXXX", first[256];
	struct seen seen = {0};
	FILE *f;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(pvq_joblog_begin(path), 0);
	add(path, 1, 0, "a\tb");
	add(path, 2, 3 << 8, "c"); /* exit status 3 */
	add(path, 4, 9, "d");      /* SIGKILL */
	append(path, "8\t:\t1.0\t0.0\t0\t0\t0\t0\tcut o");
	assert_int_equal(pvq_joblog_begin(path), 0);
	append(path, "32\t:\t1.0");
	assert_int_equal(pvq_joblog_begin(path), 0);
	add(path, 16, 0, "e\nf");
	assert_int_equal(pvq_joblog_succeeded(path, see, &seen), 0);
	assert_int_equal(seen.sum, 1 + 8 + 16);
	assert_string_equal(seen.last, "e\\nf");
	assert_true(pvq_joblog_same(seen.last, "e\nf"));
	assert_false(pvq_joblog_same(seen.last, "e"));
	f = fopen(path, "re");
	assert_non_null(f);
	assert_non_null(fgets(first, sizeof(first), f));
	assert_string_equal(
		first, "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n");
	assert_non_null(fgets(first, sizeof(first), f));
	assert_string_equal(first, "1\t:\t1.500\t     0.002\t0\t0\t0\t0\ta\\011b\n");
	fclose(f);
	unlink(path);
	assert_int_equal(pvq_joblog_succeeded(path, see, &seen), -ENOENT);
	append(path, "not a log\n");
	assert_int_equal(pvq_joblog_succeeded(path, see, &seen), -EBADMSG);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_shell),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_joblog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
