/* test_costs.c: the picture of what strategies cost, a row each, in a browser. The test needs Chromium and gnuplot, and is
 * skipped where one is not installed.
 */
#include "../support/browser.h"
#include "report/report.h"
#include "trial/registry.h"
#include "trial/row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCKS = 12 };

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

static struct browser browser;

/* A file of three strategies, each twice as slow as the one before. */
static void write_rows(const char *dir, const char *name)
{
	static const char *const impl[] = {"pthread_queue", "pool_ordered", "pool_unordered"};
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(pvq_row_header(f), 0);
	for (unsigned b = 0; b < BLOCKS; b++)
		for (unsigned s = 0; s < sizeof(impl) / sizeof(*impl); s++) {
			struct pvq_row row = {.task = "noop",
				.n = 5000,
				.workers = 2,
				.cores = 2,
				.order = "unordered",
				.in_via = "shm",
				.out_via = "shm",
				.block = b,
				.verified = PVQ_VERIFIED_ORACLE,
				.map_ns = (1000000 + 10000 * (uint64_t)b) << s,
				.seed = 1};

			snprintf(row.impl, sizeof(row.impl), "%s", impl[s]);
			assert_int_equal(pvq_row_write(f, &row), 0);
		}
	assert_int_equal(fclose(f), 0);
}

/* Names for scripts below. */
#define COSTS "document.querySelector('svg[aria-label^=\"Time per empty item\"]')"
#define LABEL "[..." COSTS ".querySelectorAll('text')].find(t => t.textContent === 'pool_ordered')"
/* How much is drawn and shown; the same of that strategy's row. */
#define DRAWN        \
	"[..." COSTS \
	".querySelectorAll('[id*=\"gnuplot_plot\"] :is(use, path)')].filter(e => !e.closest('.off'))"
#define IN_ROW DRAWN ".filter(e => Math.abs(heightOf(e) - heightOf(" LABEL ".parentNode) + 4) < 9)"

/* A row holds marks in the colours of their kinds, and gnuplot draws the bars of all rows in one stroke. */
static void a_row_hides_with_its_bars(void **state)
{
	char dir[] = "/tmp/pvq-costs.XXXXXX", text[128];

	(void)state;
	if (!browser_installed() || system("command -v gnuplot >/dev/null 2>&1"))
		skip();
	assert_non_null(mkdtemp(dir));
	write_rows(dir, "raw.csv");
	write_rows(dir, "dispatch.csv");
	assert_int_equal(pvq_report_make(&registry, dir), 0);
	browser_start(&browser);
	snprintf(text, sizeof(text), "file://%s/report.html", dir);
	browser_open(&browser, text);
	browser_assert(&browser, IN_ROW ".length", "3"); /* the bar, a point within it, and the mark */
	browser_assert(&browser, DRAWN ".length", "9");
	browser_point(&browser, COSTS ".querySelector('.mark')");
	browser_assert(&browser, "document.querySelector('#tip code').textContent",
		"build/pvq run --impl pthread_queue --task noop --n 5000 --workers 2 --cores 2");
	browser_click(&browser, LABEL);
	browser_assert(&browser, "location.hash", "#?hide=pool_ordered");
	browser_assert(&browser, IN_ROW ".length", "0");
	browser_assert(&browser, DRAWN ".length", "6");
	assert_false(browser_has_problems(&browser));
	browser_stop(&browser);
	snprintf(text, sizeof(text), "rm -rf %s", dir);
	assert_int_equal(system(text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_row_hides_with_its_bars)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
