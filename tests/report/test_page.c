/* test_page.c: the report's page in a browser: what scripts add, and that nothing is missing without them. The tests need
 * Chromium and gnuplot, and are skipped where one is not installed.
 */
#include "../support/browser.h"
#include "base/infile.h"
#include "base/shuffle.h"
#include "report/report.h"
#include "trial/registry.h"
#include "trial/row.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCKS = 12 };

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

static const char *const item_ns[] = {"100", "200", "500", "1000", "2000", "5000", "10000", "20000"};
enum { TASKS = sizeof(item_ns) / sizeof(*item_ns) };

static struct browser_page page;

/* Three strategies, each with its own gain; serial is the base. */
static void write_rows(FILE *f)
{
	static const struct {
		const char *impl;
		double gain;
	} strategy[] = {
		{"serial", 1}, {"pthread_queue", 1.25}, {"pool_ordered", 1.6}, {"pool_unordered", 1.9}};

	uint64_t random = 5;

	assert_int_equal(pvq_row_header(f), 0);
	for (unsigned b = 0; b < BLOCKS; b++)
		for (unsigned t = 0; t < TASKS; t++)
			for (unsigned s = 0; s < 4; s++) {
				double wobble = 1 + 0.0002 * (double)(pvq_random_next(&random) % 100);
				struct pvq_row row = {.task = "spin",
					.n = 1000,
					.workers = s ? 2 : 1,
					.cores = s ? 2 : 1,
					.order = "unordered",
					.in_via = "shm",
					.out_via = "shm",
					.block = b,
					.verified = PVQ_VERIFIED_ORACLE,
					.start_ns = 1000,
					.first_ns = 5000 + 100 * b,
					.stop_ns = 1000,
					.seed = 1};

				snprintf(row.impl, sizeof(row.impl), "%s", strategy[s].impl);
				snprintf(row.args, sizeof(row.args), "ns=%s", item_ns[t]);
				row.map_ns = (uint64_t)(1000 * strtod(item_ns[t], NULL) / strategy[s].gain *
							wobble);
				row.total_ns = row.map_ns + 2000;
				assert_int_equal(pvq_row_write(f, &row), 0);
			}
}

static int start_page(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	if (!browser_installed() || system("command -v gnuplot >/dev/null 2>&1"))
		return 0;
	browser_page_begin(&page);
	snprintf(path, sizeof(path), "%s/raw.csv", page.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	write_rows(f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(pvq_report_make(&registry, page.dir), 0);
	browser_page_start(&page, "report.html");
	return 0;
}

static int stop_page(void **state)
{
	(void)state;
	return browser_page_end(&page);
}

/* Opens the report at that fragment, "#…" or "". */
static void open_page(const char *fragment)
{
	char url[512];

	if (!page.ready)
		skip();
	snprintf(url, sizeof(url), "%s%s", page.url, fragment);
	browser_open(&page.browser, url);
}

static int no_problems(void **state)
{
	(void)state;
	return browser_has_problems(&page.browser);
}

static void assert_value(const char *script, const char *wanted)
{
	browser_assert(&page.browser, script, wanted);
}

/* Names for scripts below. */
#define MARK "document.querySelector('svg[aria-label^=\"Speed-up\"] .mark')"
#define NARROW_MARK "document.querySelector('svg.narrow[aria-label^=\"Speed-up\"] .mark')"
#define TIP "document.getElementById('tip')"
#define LEGEND(name)                                                                                                     \
	"[...document.querySelectorAll('svg[aria-label^=\"Speed-up\"] text.legend')].find(t => t.textContent === '" name \
	"')"
#define BUTTON(text) \
	"[...document.querySelectorAll('button')].find(b => b.textContent.startsWith('" text "'))"
#define TABLE "document.querySelector('#tasks ~ .table table')"
#define ROWS \
	"[...document.querySelectorAll('#tasks ~ .table')][0].querySelectorAll('tbody tr:not([hidden])')"
#define SHOWN(elements) "[..." elements "].filter(e => e.getBoundingClientRect().width).length"

static void the_logic_holds_in_a_browser(void **state)
{
	char *script, *passed;
	size_t len;

	(void)state;
	open_page("");
	assert_int_equal(pvq_infile_read("tests/report", "page_logic.js", &script, &len), 0);
	passed = browser_value(&page.browser, script);
	assert_true(atoi(passed) > 40);
	free(passed);
	free(script);
}

static void a_mark_says_what_it_stands_for(void **state)
{
	(void)state;
	open_page("");
	assert_value(TIP ".hidden", "true");
	browser_point(&page.browser, MARK);
	assert_value(TIP ".hidden", "false");
	assert_value(
		"/^pool_ordered: 100 ns of computing, 2 workers on 2 cores\\nspeed-up 1\\.[56]\\d \\(1\\.[56]\\d–1\\.6\\d\\)\\n"
		"map 6\\d\\.\\d µs \\(6\\d\\.\\d–6\\d\\.\\d\\), n = 12\\n/.test(" TIP ".innerText)",
		"true");
	assert_value(TIP ".querySelector('code').textContent",
		"build/pvq run --impl pool_ordered --task spin:ns=100 --n 1000 --workers 2 --cores 2");
	/* It is within the window, and goes with the pointer. */
	assert_value(
		"(r => r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight)(" TIP
		".getBoundingClientRect())",
		"true");
	browser_point(&page.browser, "document.querySelector('h1')");
	assert_value(TIP ".hidden", "true");
	/* A click keeps it open, and its button takes the command. */
	browser_click(&page.browser, MARK);
	browser_point(&page.browser, "document.querySelector('h1')");
	assert_value(TIP ".hidden", "false");
	browser_click(&page.browser, BUTTON("Copy"));
	assert_value("getSelection().toString() === " TIP ".querySelector('code').textContent", "true");
	browser_click(&page.browser, "document.querySelector('h1')");
	assert_value(TIP ".hidden", "true");
}

static void keys_reach_every_mark(void **state)
{
	(void)state;
	open_page("");
	assert_value(MARK ".focus(), " TIP ".innerText.startsWith('pool_ordered: 100 ns')", "true");
	for (int i = 0; i < TASKS; i++)
		json_decref(browser_call(&page.browser, "Input.dispatchKeyEvent",
			json_pack("{s:s, s:s}", "type", "keyDown", "key", "ArrowRight")));
	assert_value(TIP ".innerText.startsWith('pool_unordered: 100 ns')", "true");
}

static void a_legend_hides_a_strategy_everywhere(void **state)
{
	(void)state;
	open_page("");
	browser_click(&page.browser, LEGEND("pthread_queue"));
	assert_value("location.hash", "#?hide=pthread_queue");
	/* In every picture whose legend names it, and only it. */
	assert_value(
		"[...document.querySelectorAll('text.legend.faint')].length > 1 && "
		"[...document.querySelectorAll('text.legend')].every(t => t.classList.contains('faint') === "
		"(t.textContent === 'pthread_queue'))",
		"true");
	assert_value(SHOWN("document.querySelectorAll('svg[aria-label^=\"Speed-up\"] .mark')"), "16");
	/* In tables, too. */
	assert_value(
		"[...document.querySelectorAll('td:first-child')].filter(e => e.textContent === 'pthread_queue' && "
		"!e.closest('tr').hidden).length",
		"0");
	assert_value("[...document.querySelectorAll('tr[hidden]')].length > 0", "true");
	browser_click(&page.browser, LEGEND("pthread_queue"));
	assert_value("location.hash", "");
	assert_value("[...document.querySelectorAll('tr[hidden], .faint, .off')].length", "0");
	/* The list beside the contents brings it back as well. */
	browser_click(&page.browser, LEGEND("pool_unordered"));
	browser_click(&page.browser, BUTTON("pool_unordered"));
	assert_value("location.hash", "");
}

/* Where a strategy is a row of bars, in the colours of their parts, the row goes. */
static void a_row_of_bars_belongs_to_its_strategy(void **state)
{
	(void)state;
	open_page("");
	assert_value(
		"document.querySelector('main').insertAdjacentHTML('beforeend', `<svg>"
		"<g transform='translate(90.0,104.2)' text-anchor='end'><text>pool_ordered, 2 workers</text></g>"
		"<g transform='translate(90.0,124.2)' text-anchor='end'><text>pool_unordered</text></g>"
		"<g id='gnuplot_plot_1'><polygon id='a' points='95.0,90.0 200.0,90.0 200.0,109.0 95.0,109.0'/>"
		"<polygon id='b' points='95.0,110.0 150.0,110.0 150.0,129.0 95.0,129.0'/></g></svg>`), "
		"findStrategies(JSON.parse(document.getElementById('facts').textContent).series)"
		".map(({ name, drawn }) => name + ':' + drawn.filter(e => e.id).map(e => e.id)).join(' ')",
		"serial: pool_ordered:a pool_unordered:b pthread_queue:");
}

static void tables_sort(void **state)
{
	static const char column[] =
		"[..." TABLE
		".rows].slice(1).map(r => r.cells[0].textContent.replace('spin:ns=', '')).join(' ')";

	(void)state;
	open_page("");
	assert_value(column, "100 200 500 1000 2000 5000 10000 20000");
	assert_value(TABLE ".rows[0].cells[3].textContent", "Map time");
	/* Times by their value, whatever their unit. */
	browser_click(&page.browser, TABLE ".rows[0].cells[3]");
	assert_value(column, "100 200 500 1000 2000 5000 10000 20000");
	assert_value(TABLE ".rows[0].cells[3].ariaSort", "ascending");
	assert_value("location.hash", "#?sort=tasks.1:3a");
	browser_click(&page.browser, TABLE ".rows[0].cells[3]");
	assert_value(column, "20000 10000 5000 2000 1000 500 200 100");
	assert_value(TABLE ".rows[0].cells[3].ariaSort", "descending");
	assert_value("location.hash", "#?sort=tasks.1:3d");
	/* Names by the numbers in them. */
	browser_click(&page.browser, TABLE ".rows[0].cells[0]");
	assert_value(column, "100 200 500 1000 2000 5000 10000 20000");
	browser_click(&page.browser, TABLE ".rows[0].cells[0]");
	assert_value(column, "20000 10000 5000 2000 1000 500 200 100");
	browser_click(&page.browser, TABLE ".rows[0].cells[0]");
	assert_value(column, "100 200 500 1000 2000 5000 10000 20000");
	assert_value("location.hash", "");
}

static void tables_filter(void **state)
{
	(void)state;
	open_page("");
	browser_click(&page.browser, "document.querySelector('#tasks ~ .find')");
	browser_type(&page.browser, "POOL ns=20");
	assert_value("[..." ROWS "].map(r => r.cells[0].textContent).join(' ')",
		"spin:ns=200 spin:ns=2000 spin:ns=20000");
	assert_value("location.hash", "#?find=tasks.1:POOL+ns%3D20");
	/* What is typed next does not lose the field. */
	browser_type(&page.browser, "000");
	assert_value("[..." ROWS "].map(r => r.cells[0].textContent).join(' ')", "spin:ns=20000");
	browser_type(&page.browser, " nothing");
	assert_value(ROWS ".length", "0");
}

static void a_guess_is_judged_by_the_interval(void **state)
{
	static const char fields[] = "document.querySelectorAll('#tasks ~ .table input.guess').length";

	(void)state;
	open_page("");
	browser_click(&page.browser, BUTTON("Predict"));
	/* Figures and pictures are hidden; what they are about is not. */
	assert_value(SHOWN("document.querySelectorAll('main svg, main blockquote')"), "0");
	assert_value(fields, "8");
	assert_value(TABLE ".rows[1].innerText.trim()", "spin:ns=100");
	/* Nor does the order of rows give away the fastest, or bold letters do. */
	assert_value(
		"[...document.querySelectorAll('#answer ~ .table')[1].querySelectorAll('tbody tr')].map(r => "
		"r.innerText.trim() + ' ' + getComputedStyle(r.cells[0].firstElementChild || r.cells[0]).fontWeight).join()",
		"pool_ordered 400,pool_unordered 400,pthread_queue 400,serial 400");
	assert_value("document.querySelector('output').textContent", "0 of 0 inside the interval");
	browser_click(&page.browser, "document.querySelector('#tasks ~ .table input.guess')");
	browser_type(&page.browser, "x\r");
	assert_value(fields, "8");
	browser_click(&page.browser, "document.querySelector('#tasks ~ .table input.guess')");
	assert_value("document.activeElement.value = ''", "");
	browser_type(&page.browser, "1.9\r");
	assert_value("/^1\\.\\d\\d \\(1\\.\\d\\d–1\\.\\d\\d\\)you: 1\\.9, inside$/.test(" TABLE
		     ".rows[1].cells[4].textContent)",
		"true");
	assert_value(TABLE ".rows[1].innerText.includes('pool_unordered')", "true");
	assert_value(TABLE ".rows[2].innerText.trim()", "spin:ns=200");
	browser_click(&page.browser, "document.querySelector('#tasks ~ .table input.guess')");
	browser_type(&page.browser, "19\r");
	assert_value(
		"/you: 19, (10|9\\.\\d)x too high$/.test(" TABLE ".rows[2].cells[4].textContent)", "true");
	assert_value("document.querySelector('output').textContent", "1 of 2 inside the interval");
	assert_value("location.hash", "#?predict&guess=tasks.1.1:1.9&guess=tasks.1.2:19");
	/* Once all are in, the chapter opens. */
	for (int i = 0; i < TASKS - 2; i++) {
		browser_click(&page.browser, "document.querySelector('#tasks ~ .table input.guess')");
		browser_type(&page.browser, "1.9\r");
	}
	assert_value("[...document.querySelectorAll('#tasks ~ .closed')].includes(" TABLE ".parentNode)",
		"false");
	assert_value("document.querySelector('output').textContent", "7 of 8 inside the interval");
	/* Or the reader gives up. */
	assert_value("document.querySelector('blockquote').getBoundingClientRect().height", "0");
	browser_click(&page.browser, BUTTON("Show this chapter"));
	assert_value("document.querySelector('blockquote').getBoundingClientRect().height > 0", "true");
	browser_click(&page.browser, BUTTON("Predict"));
	assert_value("location.hash", "");
	assert_value("document.querySelectorAll('.closed, .veiled, .guess, .hit, .miss').length", "0");
}

static void a_link_shows_what_its_sender_saw(void **state)
{
	(void)state;
	open_page(
		"#tasks?predict&hide=pthread_queue&fold=machine&sort=tasks.1:0d&find=tasks.1:000&guess=tasks.1.5:1.9");
	assert_value("Math.abs(document.getElementById('tasks').getBoundingClientRect().top) < 5", "true");
	assert_value("document.getElementById('machine').closest('details').open", "true");
	assert_value("[..." ROWS "].map(r => r.cells[0].innerText).join(' ')",
		"spin:ns=20000 spin:ns=10000 spin:ns=5000 spin:ns=2000 spin:ns=1000");
	assert_value(TABLE ".querySelector('.hit').textContent", "you: 1.9, inside");
	assert_value(
		"[...document.querySelectorAll('text.legend.faint')].every(t => t.textContent === 'pthread_queue')",
		"true");
	/* A plain anchor leads to its place, and leaves the rest as it is. */
	browser_click(&page.browser, "document.querySelector('nav a[href=\"#trust\"]')");
	assert_value("new Promise(done => setTimeout(() => done(location.hash.split('&')[0]), 0))",
		"#trust?predict");
	assert_value(ROWS ".length", "5");
	/* A fold that the reader closes is closed in the link. */
	browser_click(&page.browser, "document.getElementById('machine')");
	assert_value(
		"new Promise(done => setTimeout(() => done(location.hash.includes('fold')), 0))", "false");
	open_page("#machine");
	assert_value("document.getElementById('machine').closest('details').open", "true");
	assert_value(
		"new Promise(done => setTimeout(() => done(location.hash), 0))", "#machine?fold=machine");
}

static void it_prints(void **state)
{
	json_t *pdf;
	const char *data;

	(void)state;
	open_page("#answer?hide=serial");
	pdf = browser_call(&page.browser, "Page.printToPDF", NULL);
	data = json_string_value(json_object_get(pdf, "data"));
	assert_true(strncmp(data, "JVBERi0", 7) == 0); /* "%PDF-" */
	assert_true(strlen(data) > 20000);
	json_decref(pdf);
	json_decref(browser_call(
		&page.browser, "Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "print")));
	assert_value(SHOWN("document.querySelectorAll('.tools, .find, #tip, main button')"), "0");
	assert_value(SHOWN("document.querySelectorAll('main svg')") " > 1", "true");
	json_decref(
		browser_call(&page.browser, "Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "")));
}

static void it_fits_a_phone_in_the_dark(void **state)
{
	(void)state;
	open_page("");
	json_decref(browser_call(&page.browser, "Emulation.setDeviceMetricsOverride",
		json_pack("{s:i, s:i, s:i, s:b}", "width", 390, "height", 844, "deviceScaleFactor", 1,
			"mobile", 0)));
	json_decref(browser_call(&page.browser, "Emulation.setEmulatedMedia",
		json_pack(
			"{s:[{s:s, s:s}]}", "features", "name", "prefers-color-scheme", "value", "dark")));
	assert_value("document.documentElement.scrollWidth <= 390", "true");
	browser_click(&page.browser, NARROW_MARK);
	assert_value("(r => r.left >= 0 && r.right <= 390 && r.width > 200)(" TIP
		     ".getBoundingClientRect())",
		"true");
	assert_value(
		"(() => { const light = e => Math.max(...getComputedStyle(e).backgroundColor.match(/\\d+/g).slice(0, 3)); "
		"return [document.body, " TIP ", " BUTTON("Copy") "].every(e => light(e) < 80); })()",
		"true");
	/* Dark orange is brown: the pictures' two keep as much red as an orange has. */
	assert_value(
		"['#E69F00', '#D55E00'].map(colour => { const paint = document.createElement('canvas').getContext('2d'); "
		"Object.assign(paint, { fillStyle: colour, filter: getComputedStyle(document.querySelector('main svg')).filter })"
		".fillRect(0, 0, 9, 9); const [red, green, blue] = paint.getImageData(4, 4, 1, 1).data; "
		"return red >= 225 && green < 0.75 * red && blue < 0.5 * red; })",
		"[true,true]");
	json_decref(browser_call(&page.browser, "Emulation.clearDeviceMetricsOverride", NULL));
	json_decref(
		browser_call(&page.browser, "Emulation.setEmulatedMedia", json_pack("{s:[]}", "features")));
}

static void set_window(int width, int height)
{
	json_decref(browser_call(&page.browser, "Emulation.setDeviceMetricsOverride",
		json_pack("{s:i, s:i, s:i, s:b}", "width", width, "height", height, "deviceScaleFactor", 1,
			"mobile", 0)));
}

/* The sentence, the line of trust, the decisions and the overview end on the first screen. */
static void the_answer_is_on_the_first_screen(void **state)
{
	static const int size[][2] = {{1280, 900}, {390, 844}};

	(void)state;
	for (size_t i = 0; i < sizeof(size) / sizeof(*size); i++) {
		open_page("");
		set_window(size[i][0], size[i][1]);
		assert_value(
			"[...document.querySelectorAll('blockquote, blockquote + p, blockquote + p + .table')]"
			".filter(e => e.getBoundingClientRect().bottom < innerHeight).length",
			"3");
		assert_value("[...document.querySelectorAll('svg[aria-label^=\"Speed-up\"]')]"
			     ".map(e => e.getBoundingClientRect()).filter(e => e.width)"
			     ".map(e => e.bottom <= innerHeight && e.right <= innerWidth)",
			"[true]");
		/* Nothing of the decisions is beyond the edge. */
		assert_value("(e => e.scrollWidth <= e.clientWidth)"
			     "(document.querySelector('blockquote + p + .table'))",
			"true");
	}
	json_decref(browser_call(&page.browser, "Emulation.clearDeviceMetricsOverride", NULL));
}

static void tables_fit_a_wide_screen(void **state)
{
	(void)state;
	open_page("");
	set_window(1280, 900);
	assert_value(
		"document.querySelectorAll('details').forEach(d => d.open = true), "
		"[...document.querySelectorAll('.table')].filter(e => e.scrollWidth > e.clientWidth).length",
		"0");
	json_decref(browser_call(&page.browser, "Emulation.clearDeviceMetricsOverride", NULL));
}

/* Details are below headings of the fourth level: folded, and closed until the reader opens them. */
static void details_are_folded(void **state)
{
	(void)state;
	open_page("");
	assert_value("document.querySelectorAll('main h4').length > 5", "true");
	assert_value(
		"[...document.querySelectorAll('main h4')].every(h => h.closest('summary').parentNode.open === false)",
		"true");
	assert_value(
		"(h => (h.closest('summary').click(), h.closest('details').open))(document.querySelector('main h4'))",
		"true");
}

/* Without scripts the report is complete, marks say the same by their titles, and nothing asks for a click in vain. */
static void nothing_is_missing_without_scripts(void **state)
{
	json_t *root, *html;
	const char *text;

	(void)state;
	open_page("");
	json_decref(browser_call(
		&page.browser, "Emulation.setScriptExecutionDisabled", json_pack("{s:b}", "value", 1)));
	open_page("#answer?hide=serial&predict");
	root = browser_call(&page.browser, "DOM.getDocument", NULL);
	html = browser_call(&page.browser, "DOM.getOuterHTML",
		json_pack("{s:O}", "nodeId", json_object_get(json_object_get(root, "root"), "nodeId")));
	text = json_string_value(json_object_get(html, "outerHTML"));
	assert_non_null(strstr(text, "<g class=\"mark\"><title>pthread_queue: 100 ns of computing"));
	assert_non_null(strstr(text,
		"build/pvq run --impl pthread_queue --task spin:ns=100 --n 1000 --workers 2 --cores 2</title>"));
	assert_non_null(strstr(text, "<blockquote>"));
	assert_null(strstr(text, "<button"));
	assert_null(strstr(text, "<input"));
	assert_null(strstr(text, "id=\"tip\""));
	json_decref(root);
	json_decref(html);
	json_decref(browser_call(
		&page.browser, "Emulation.setScriptExecutionDisabled", json_pack("{s:b}", "value", 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_logic_holds_in_a_browser, no_problems),
		cmocka_unit_test_teardown(a_mark_says_what_it_stands_for, no_problems),
		cmocka_unit_test_teardown(keys_reach_every_mark, no_problems),
		cmocka_unit_test_teardown(a_legend_hides_a_strategy_everywhere, no_problems),
		cmocka_unit_test_teardown(a_row_of_bars_belongs_to_its_strategy, no_problems),
		cmocka_unit_test_teardown(tables_sort, no_problems),
		cmocka_unit_test_teardown(tables_filter, no_problems),
		cmocka_unit_test_teardown(a_guess_is_judged_by_the_interval, no_problems),
		cmocka_unit_test_teardown(a_link_shows_what_its_sender_saw, no_problems),
		cmocka_unit_test_teardown(it_prints, no_problems),
		cmocka_unit_test_teardown(it_fits_a_phone_in_the_dark, no_problems),
		cmocka_unit_test_teardown(the_answer_is_on_the_first_screen, no_problems),
		cmocka_unit_test_teardown(tables_fit_a_wide_screen, no_problems),
		cmocka_unit_test_teardown(details_are_folded, no_problems),
		cmocka_unit_test_teardown(nothing_is_missing_without_scripts, no_problems),
	};

	return cmocka_run_group_tests(tests, start_page, stop_page);
}
