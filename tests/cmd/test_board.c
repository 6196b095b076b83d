/* test_board.c: a class's scoreboard in a browser: on a phone in the dark, and on paper. Skipped where Chromium is not
 * installed.
 */
#include "../support/browser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char class_csv[] =
	"name,reference,grade,points,checks,passed,failed,blocks,ratio,lo,hi,verdict,serial_ratio,serial_lo,serial_hi,"
	"serial_verdict,task,n,workers,sentence,at_ms\n"
	"slow_one,pool_unordered,slower,63,16,16,,20,1.983,1.903,2.087,slower,1.057,1.048,1.061,slower,spin:ns=20us,2000,2,"
	"\"right, but 1.98x slower than pool_unordered\",1795760499217\n"
	"a_name_that_is_as_long_as_a_name_of_a_file_may_be,pool_unordered,full,100,16,16,,20,1.203,1.103,1.387,slower,0.657,"
	"0.648,0.761,faster,spin:ns=20us,2000,2,\"right, and not shown to be beyond 20 % of pool_unordered\",1795760499217\n"
	"wrong_one,pool_unordered,wrong,0,4,1,x_noop,0,,,,,,,,,,0,0,\"check noop: item 5 never arrived: look at "
	"<b>map()</b>\",1795760499217\n";

static struct browser_page board;

static int start_board(void **state)
{
	const char *pvq = getenv("PVQ");
	char command[512], path[96];
	FILE *f;

	(void)state;
	if (!browser_installed())
		return 0;
	browser_page_begin(&board);
	snprintf(path, sizeof(path), "%s/class.csv", board.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(class_csv, f);
	assert_int_equal(fclose(f), 0);
	snprintf(command, sizeof(command), "%s grade --scoreboard %s --out %s/class.html",
		pvq ? pvq : "build/pvq", path, board.dir);
	assert_int_equal(system(command), 0);
	browser_page_start(&board, "class.html");
	return 0;
}

static int stop_board(void **state)
{
	(void)state;
	return browser_page_end(&board);
}

static void open_board(void)
{
	if (!board.ready)
		skip();
	browser_open(&board.browser, board.url);
}

static int no_problems(void **state)
{
	(void)state;
	return browser_has_problems(&board.browser);
}

static void assert_value(const char *script, const char *wanted)
{
	browser_assert(&board.browser, script, wanted);
}

static void it_is_sorted_and_holds_sentences_as_text(void **state)
{
	(void)state;
	open_board();
	assert_value("[...document.querySelectorAll('tbody tr')].map(r => r.cells[1].textContent).join()",
		"100 (86–100),63 (57–63),0");
	assert_value(
		"document.querySelectorAll('li').length > 0 && "
		"[...document.querySelectorAll('main li')].some(l => l.textContent.includes('look at <b>map()</b>'))",
		"true");
	assert_value("document.querySelectorAll('script, link, img').length", "0");
}

static void it_fits_a_phone_in_the_dark(void **state)
{
	(void)state;
	open_board();
	json_decref(browser_call(&board.browser, "Emulation.setDeviceMetricsOverride",
		json_pack("{s:i, s:i, s:i, s:b}", "width", 390, "height", 844, "deviceScaleFactor", 1,
			"mobile", 0)));
	json_decref(browser_call(&board.browser, "Emulation.setEmulatedMedia",
		json_pack(
			"{s:[{s:s, s:s}]}", "features", "name", "prefers-color-scheme", "value", "dark")));
	/* Nothing scrolls sideways, neither the page nor the table. */
	assert_value("document.documentElement.scrollWidth <= 390", "true");
	assert_value("(t => t.scrollWidth <= t.clientWidth)(document.querySelector('.table'))", "true");
	assert_value(
		"[...document.querySelectorAll('td, li')].every(e => e.getBoundingClientRect().right <= 390)",
		"true");
	assert_value(
		"Math.max(...getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3)) < 80",
		"true");
	json_decref(browser_call(&board.browser, "Emulation.clearDeviceMetricsOverride", NULL));
	json_decref(browser_call(
		&board.browser, "Emulation.setEmulatedMedia", json_pack("{s:[]}", "features")));
}

static void it_prints(void **state)
{
	json_t *pdf;
	const char *data;

	(void)state;
	open_board();
	pdf = browser_call(&board.browser, "Page.printToPDF", NULL);
	data = json_string_value(json_object_get(pdf, "data"));
	assert_true(strncmp(data, "JVBERi0", 7) == 0); /* "%PDF-" */
	json_decref(pdf);
	json_decref(browser_call(
		&board.browser, "Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "print")));
	assert_value("getComputedStyle(document.querySelector('nav')).display", "none");
	assert_value("getComputedStyle(document.querySelector('.table')).overflowX", "visible");
	json_decref(browser_call(
		&board.browser, "Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(it_is_sorted_and_holds_sentences_as_text, no_problems),
		cmocka_unit_test_teardown(it_fits_a_phone_in_the_dark, no_problems),
		cmocka_unit_test_teardown(it_prints, no_problems),
	};

	return cmocka_run_group_tests(tests, start_board, stop_board);
}
