/* test_cellname.c: the command that repeats a cell, as bash reads it. */
#include "results/cellname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The words of the command, as bash finds them, each followed by a newline; the caller frees them. */
static char *words_of(const struct pvq_row *row)
{
	char *command, *text = NULL;
	size_t len, room = 0;
	FILE *f = open_memstream(&command, &len);

	assert_non_null(f);
	fputs("bash <<'END OF INPUT'\nprintf '%s\\n' ", f);
	pvq_row_command(f, row);
	fputs("\nEND OF INPUT\n", f);
	assert_int_equal(fclose(f), 0);
	f = popen(command, "r");
	assert_non_null(f);
	assert_true(getdelim(&text, &room, '\0', f) > 0);
	assert_int_equal(pclose(f), 0);
	free(command);
	return text;
}

static void it_names_every_setting_in_force(void **state)
{
	struct pvq_row row = {.impl = "pool_ordered",
		.task = "spin",
		.args = "ns=100,rate=924",
		.n = 5000000000,
		.workers = 4,
		.cores = 2,
		.chunk = 16,
		.window = 64,
		.seed = 7};
	char *words = words_of(&row);

	(void)state;
	assert_string_equal(words,
		"build/pvq\nrun\n--impl\npool_ordered\n--task\nspin:ns=100,rate=924\n--n\n5000000000\n"
		"--workers\n4\n--cores\n2\n--chunk\n16\n--window\n64\n--seed\n7\n");
	free(words);
}

static void it_leaves_out_what_is_automatic(void **state)
{
	struct pvq_row row = {
		.impl = "serial", .task = "noop", .n = 1, .workers = 1, .cores = 1, .seed = 1};
	char *words = words_of(&row);

	(void)state;
	assert_string_equal(
		words, "build/pvq\nrun\n--impl\nserial\n--task\nnoop\n--n\n1\n--workers\n1\n--cores\n1\n");
	free(words);
}

/* Whatever a folder or a peer is called, the shell sees one word, and runs nothing. */
static void a_shell_takes_every_name_as_one_word(void **state)
{
	static const char *const odd[] = {"a b", "it's", "'", "''", "$HOME", "`id`", "$(id)", "a;b", "a\"b",
		"a\\b", "*", "~", "#x", "a&b|c>d<e", "!x", "{a,b}", "ü", "-", "tab\there", "line\nbreak"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		struct pvq_row row = {.task = "deflate", .n = 1, .workers = 1, .cores = 1, .seed = 1};
		char wanted[512], *words;

		snprintf(row.impl, sizeof(row.impl), "%s", odd[i]);
		snprintf(row.args, sizeof(row.args), "dir=%s", odd[i]);
		snprintf(wanted, sizeof(wanted),
			"build/pvq\nrun\n--impl\n%s\n--task\ndeflate:dir=%s\n--n\n1\n--workers\n1\n--cores\n1\n",
			odd[i], odd[i]);
		words = words_of(&row);
		assert_string_equal(words, wanted);
		free(words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_names_every_setting_in_force),
		cmocka_unit_test(it_leaves_out_what_is_automatic),
		cmocka_unit_test(a_shell_takes_every_name_as_one_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
