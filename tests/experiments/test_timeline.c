/* test_timeline.c: the timeline per worker in a browser: zoom, pan, what an item says, and the picture where scripts or the
 * screen are missing. The tests need Chromium and gnuplot, and are skipped where one is not installed.
 */
#include "../support/browser.h"
#include "report/report.h"
#include "trial/observed.h"
#include "trial/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BLOCKS = 8, ITEMS = 80, ITEM_NS = 10000 };

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

static struct browser_page page;

static struct pvq_row row_of(const char *impl, unsigned workers)
{
	struct pvq_row row = {.task = "skew",
		.args = "ns=10000,alpha=1.5",
		.n = ITEMS,
		.workers = workers,
		.cores = workers,
		.order = "unordered",
		.in_via = "shm",
		.out_via = "shm",
		.verified = PVQ_VERIFIED_ORACLE,
		.start_ns = 1000,
		.stop_ns = 1000,
		.map_ns = (uint64_t)ITEMS / workers * ITEM_NS + 1000,
		.seed = 1};

	snprintf(row.impl, sizeof(row.impl), "%s", impl);
	if (strcmp(impl, "pool_ordered") == 0)
		snprintf(row.order, sizeof(row.order), "ordered");
	row.total_ns = row.map_ns + 2000;
	row.first_ns = 10050;
	return row;
}

/* Items of equal length, dealt out in turn, which take all of the time but for a gap of 1 us before each. */
static void write_trial(const struct pvq_row *row)
{
	struct pvq_moment m[ITEMS];
	struct pvq_observed o;
	char path[256];

	for (unsigned i = 0; i < ITEMS; i++) {
		uint64_t end_ns = (i / row->workers + 1) * (uint64_t)ITEM_NS;

		m[i] = (struct pvq_moment){
			i, i % row->workers, end_ns - ITEM_NS + 1000, end_ns, end_ns + 50};
	}
	snprintf(path, sizeof(path), "%s/timeline-%s-skew-ns-10000-alpha-1.5.csv", page.dir, row->impl);
	assert_int_equal(pvq_timeline_write(path, m, ITEMS), 0);
	pvq_observed_identify(&o, row);
	assert_int_equal(pvq_observed_describe(&o, m, ITEMS), 0);
	snprintf(path, sizeof(path), "%s/observed.csv", page.dir);
	assert_int_equal(pvq_observed_append(path, &o), 0);
}

static int start_page(void **state)
{
	static const char *const impls[] = {"serial", "pool_ordered", "pool_unordered"};
	char path[128];
	FILE *f;

	(void)state;
	if (!browser_installed() || system("command -v gnuplot >/dev/null 2>&1"))
		return 0;
	browser_page_begin(&page);
	snprintf(path, sizeof(path), "%s/raw.csv", page.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_row_header(f), 0);
	for (unsigned s = 0; s < 3; s++) {
		struct pvq_row row = row_of(impls[s], s ? 2 : 1);

		for (row.block = 0; row.block < BLOCKS; row.block++)
			assert_int_equal(pvq_row_write(f, &row), 0);
		row.block = 0;
		write_trial(&row);
	}
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

/* Waits until the page has been laid out and drawn, and what the pointer did has been told to it: both go by frames. */
static void drawn(void)
{
	free(browser_value(&page.browser,
		"new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(''))))"));
}

static void open_link(const char *fragment)
{
	char url[256];

	if (!page.ready)
		skip();
	snprintf(url, sizeof(url), "%s%s", page.url, fragment);
	browser_open(&page.browser, url);
	drawn();
}

static void open_page(void)
{
	open_link("");
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
#define CANVAS "document.querySelector('.timeline canvas')"
#define VIEW CANVAS ".ariaLabel.replace('Timeline from ', '')"
#define BUTTON(text) \
	"[...document.querySelectorAll('.timeline button')].find(b => b.textContent === '" text "')"
#define SAYS "document.querySelector('.timeline small').textContent"
#define PICTURE \
	"document.querySelector('svg[aria-label^=\"What each worker\"]').getBoundingClientRect().width"

static double number(const char *script)
{
	char *value = browser_value(&page.browser, script);
	double x = strtod(value, NULL);

	free(value);
	return x;
}

/* The pointer, at a place of the canvas; buttons: 1: the left one is down. */
static void mouse(const char *type, double x, double y, int buttons, double wheel)
{
	json_decref(browser_call(&page.browser, "Input.dispatchMouseEvent",
		json_pack("{s:s, s:f, s:f, s:s, s:i, s:i, s:f, s:f, s:i}", "type", type, "x",
			x + number(CANVAS ".getBoundingClientRect().left"), "y",
			y + number(CANVAS ".getBoundingClientRect().top"), "button",
			buttons && strcmp(type, "mouseMoved") != 0 ? "left" : "none", "buttons", buttons,
			"clickCount", buttons, "deltaX", 0.0, "deltaY", wheel, "modifiers",
			wheel != 0 ? 2 : 0)));
	drawn();
}

static void key(const char *name)
{
	json_decref(browser_call(&page.browser, "Input.dispatchKeyEvent",
		json_pack("{s:s, s:s, s:s}", "type", "keyDown", "key", name, "text", "")));
}

static void all_of_the_map_is_shown_first(void **state)
{
	(void)state;
	open_page();
	assert_value(VIEW, "0 ns to 801 µs"); /* serial's: all have one axis */
	assert_value("String(" PICTURE ")", "0");
	assert_value("String(" CANVAS ".width > 100 && " CANVAS ".height > 100)", "true");
}

static void buttons_and_keys_zoom(void **state)
{
	(void)state;
	open_page();
	browser_click(&page.browser, BUTTON("+"));
	assert_value(VIEW, "200.3 µs to 600.8 µs");
	browser_click(&page.browser, BUTTON("−"));
	assert_value(VIEW, "0 ns to 801 µs");
	browser_click(&page.browser, CANVAS); /* takes the keys */
	key("+");
	key("+");
	assert_value(VIEW, "300.4 µs to 500.6 µs");
	key("ArrowRight");
	assert_value(VIEW, "340.4 µs to 540.7 µs");
	key("-");
	key("0");
	assert_value(VIEW, "0 ns to 801 µs");
}

static void the_wheel_with_ctrl_zooms_at_the_pointer(void **state)
{
	(void)state;
	open_page();
	assert_value(CANVAS ".scrollIntoView({block: 'center'}), 'there'", "there");
	drawn();
	mouse("mouseWheel", 75, 60, 0, -100);
	assert_value("String(/^(0 ns|[0-9.]+ (ns|µs)) to 64\\d\\.?\\d* µs$/.test(" VIEW "))", "true");
}

static void dragging_moves(void **state)
{
	double left, wide;

	(void)state;
	open_page();
	browser_click(&page.browser, BUTTON("+"));
	assert_value(CANVAS ".scrollIntoView({block: 'center'}), 'there'", "there");
	drawn();
	wide = number(CANVAS ".clientWidth") / 2 - 98; /* of a panel, without names and margin */
	left = 200;
	mouse("mousePressed", left, 60, 1, 0);
	mouse("mouseMoved", left - wide / 10, 60, 1, 0);
	mouse("mouseReleased", left - wide / 10, 60, 0, 0);
	assert_value("String(/^2[34]\\d\\.?\\d* µs to 6[34]\\d\\.?\\d* µs$/.test(" VIEW "))", "true");
	/* With no button down, nothing moves. */
	mouse("mouseMoved", left, 60, 0, 0);
	assert_value("String(/^2[34]\\d\\.?\\d* µs to 6[34]\\d\\.?\\d* µs$/.test(" VIEW "))", "true");
}

static void an_item_says_what_it_is(void **state)
{
	double wide;

	(void)state;
	open_page();
	assert_value(CANVAS ".scrollIntoView({block: 'center'}), 'there'", "there");
	drawn();
	assert_value("String(" SAYS ".startsWith('Drag to move'))", "true");
	wide = number(CANVAS ".clientWidth") / 2 - 98;
	/* The left panel is the ordered sibling's; worker 1 ran the odd items. */
	mouse("mouseMoved", 70 + wide * 205.5 / 801, 24 + 2.4 * 24, 0, 0);
	assert_value(SAYS,
		"pool_ordered, worker 1: item 41 began at 201 µs, took 9 µs; its result waited 50 ns");
	mouse("mouseMoved", 70 + wide * 700 / 801, 24 + 2.4 * 24, 0, 0);
	assert_value("String(" SAYS ".startsWith('Drag to move'))", "true");
}

/* Waits until the link says so. */
static void await_link(const char *wanted)
{
	char script[256];

	snprintf(script, sizeof(script),
		"new Promise(done => (function look() { location.hash === '%s' ? done('') : "
		"requestAnimationFrame(look); })())",
		wanted);
	free(browser_value(&page.browser, script));
}

/* Also what a link holds that nobody's timeline wrote. */
static void a_link_shows_the_view(void **state)
{
	(void)state;
	open_page();
	browser_click(&page.browser, BUTTON("+"));
	await_link("#?view=1:200250-600750");
	browser_click(&page.browser, BUTTON("all"));
	await_link("");
	open_link("#ordering?view=1:200250-600750");
	assert_value(VIEW, "200.3 µs to 600.8 µs");
	assert_value("location.hash = '#ordering?view=1:100000-200000', ''", "");
	drawn();
	assert_value(VIEW, "100 µs to 200 µs");
	assert_value("location.hash = '#ordering?view=1:900-x', ''", "");
	drawn();
	assert_value(VIEW, "0 ns to 801 µs");
}

static void paper_has_the_picture(void **state)
{
	(void)state;
	open_page();
	json_decref(browser_call(
		&page.browser, "Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "print")));
	assert_value("String(" PICTURE " > 100 && " CANVAS ".clientWidth)", "0");
	json_decref(
		browser_call(&page.browser, "Emulation.setEmulatedMedia", json_pack("{s:s}", "media", "")));
}

static void without_scripts_there_is_the_picture(void **state)
{
	json_t *root, *html;
	const char *text;

	(void)state;
	open_page();
	json_decref(browser_call(
		&page.browser, "Emulation.setScriptExecutionDisabled", json_pack("{s:b}", "value", 1)));
	browser_open(&page.browser, page.url);
	root = browser_call(&page.browser, "DOM.getDocument", NULL);
	html = browser_call(&page.browser, "DOM.getOuterHTML",
		json_pack("{s:O}", "nodeId", json_object_get(json_object_get(root, "root"), "nodeId")));
	text = json_string_value(json_object_get(html, "outerHTML"));
	assert_non_null(strstr(text, "aria-label=\"What each worker and the caller did"));
	assert_null(strstr(text, "<canvas"));
	json_decref(root);
	json_decref(html);
	json_decref(browser_call(
		&page.browser, "Emulation.setScriptExecutionDisabled", json_pack("{s:b}", "value", 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(all_of_the_map_is_shown_first, no_problems),
		cmocka_unit_test_teardown(buttons_and_keys_zoom, no_problems),
		cmocka_unit_test_teardown(the_wheel_with_ctrl_zooms_at_the_pointer, no_problems),
		cmocka_unit_test_teardown(dragging_moves, no_problems),
		cmocka_unit_test_teardown(an_item_says_what_it_is, no_problems),
		cmocka_unit_test_teardown(a_link_shows_the_view, no_problems),
		cmocka_unit_test_teardown(paper_has_the_picture, no_problems),
		cmocka_unit_test_teardown(without_scripts_there_is_the_picture, no_problems),
	};

	return cmocka_run_group_tests(tests, start_page, stop_page);
}
