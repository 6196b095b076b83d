/* test_spec.c: the words of the command line: values, ranges, commas in paths, round trip, nearest. */
#include "base/parse.h"
#include "trial/spec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void round_trip(const char *words, const char *args)
{
	struct pvq_spec spec, again;
	char text[PVQ_SPEC_MAX], both[PVQ_SPEC_MAX * 2];

	assert_int_equal(pvq_spec_parse(&spec, words), 0);
	pvq_spec_args(&spec, text, sizeof(text));
	assert_string_equal(text, args);
	snprintf(both, sizeof(both), "%s%s%s", spec.task->name, text[0] ? ":" : "", text);
	assert_int_equal(pvq_spec_parse(&again, both), 0);
	pvq_spec_args(&again, both, sizeof(both));
	assert_string_equal(both, args);
}

static void test_round_trip(void **state)
{
	(void)state;
	round_trip("noop", "");
	round_trip("sleep:us=2000000", "us=2000000");
	round_trip("echo:out=7", "in=64,out=7");
	round_trip("skew:alpha=1.25,ns=10,rate=3", "ns=10,alpha=1.25,rate=3");
	round_trip("fault:kind=kill,at=3", "kind=kill,at=3");
	/* Numbers as people write them; a unit of the argument's own is what a bare one has. */
	round_trip("sleep:us=2s", "us=2000000");
	round_trip("sleep:us=1e3", "us=1000");
	round_trip("echo:in=4K,out=4kB", "in=4096,out=4000");
	round_trip("stream:kb=1M", "kb=1024");
	round_trip("spin:ns=50us,rate=1k", "ns=50000,rate=1000");
}

static void test_path_with_commas(void **state)
{
	struct pvq_spec spec;

	(void)state;
	assert_int_equal(pvq_spec_parse(&spec, "deflate:dir=/a,b,c,max_kb=12"), 0);
	assert_string_equal(spec.value[0].s, "/a,b,c");
	assert_int_equal(spec.value[1].u, 12);
}

/* The folder that the words give to deflate. */
static void reads(const char *words, const char *dir)
{
	struct pvq_spec spec;

	assert_int_equal(pvq_spec_parse(&spec, words), 0);
	assert_string_equal(spec.value[0].s, dir);
}

static void test_quotes(void **state)
{
	(void)state;
	reads("deflate:dir='/a,max_kb=3: \"b\"',max_kb=12", "/a,max_kb=3: \"b\"");
	reads("deflate:max_kb=12,dir=\"it's, here\"", "it's, here");
	reads("deflate:dir='a\"'\"'b\"", "a\"'b");
	reads("deflate:dir=''", "");
	reads("deflate:dir=/it's", "/it's"); /* not at the start: a character like others */
	round_trip("deflate:dir=\"/a\",max_kb='7'", "dir=/a,max_kb=7");
	round_trip("deflate:dir='/a b',max_kb=7", "dir='/a b',max_kb=7");
	round_trip("deflate:dir=\"/it's,n=1\",max_kb=7", "dir='/it'\"'s,n=1\",max_kb=7");
	round_trip("deflate:max_kb=7,dir=\"''\"'\"'", "dir=\"''\"'\"',max_kb=7");
}

/* A list of tasks: commas in quotes separate nothing, whatever looks like a task between them. */
static void test_quotes_in_lists(void **state)
{
	const char list[] = "deflate:dir='/a,noop',max_kb=3,noop", *second = "'a,n=1'\",\",b=2";

	(void)state;
	assert_int_equal(pvq_spec_piece(list, PVQ_PIECE_TASK), strlen(list) - strlen(",noop"));
	assert_int_equal(pvq_spec_piece(second, PVQ_PIECE_ARG), strlen(second) - strlen(",b=2"));
	assert_int_equal(pvq_spec_piece("dir='/a,b=1',c=2", PVQ_PIECE_ARG), strlen("dir='/a,b=1'"));
	assert_int_equal(pvq_spec_piece("noop,deflate:dir='x,y'", PVQ_PIECE_TASK), strlen("noop"));
}

static void refused(const char *words)
{
	struct pvq_spec spec;

	assert_int_equal(pvq_spec_parse(&spec, words), -EINVAL);
}

static void test_refused(void **state)
{
	(void)state;
	refused("");
	refused("nop");
	refused("noop:x=1");
	refused("sleep:us");
	refused("sleep:us=");
	refused("sleep:us=-1");
	refused("sleep:us=1x");
	refused("sleep:us=1K");
	refused("sleep:us=500ns");
	refused("echo:in=1ms");
	refused("sleep:us=99999999999999999999");
	refused("sleep:ms=1");
	refused("echo:in=0");
	refused("echo:in=16777217");
	refused("skew:alpha=nan");
	refused("skew:alpha=0.5");
	refused("fault:kind=kil");
	refused("sleep:us=1,us2=3");
	refused("deflate:dir='/a");
	refused("deflate:dir='/a'b");
	refused("deflate:dir='/a',max_kb=\"3");
	refused("deflate:dir='/a\nb'");
}

static void test_settle_fixes_the_work(void **state)
{
	struct pvq_spec spec;
	char args[PVQ_SPEC_MAX];

	(void)state;
	assert_int_equal(pvq_spec_parse(&spec, "spin:ns=100"), 0);
	pvq_spec_settle(&spec);
	pvq_spec_args(&spec, args, sizeof(args));
	assert_null(strstr(args, "rate=0"));
}

static void test_nearest(void **state)
{
	const char *const names[] = {"serial", "pool_ordered", "pool_unordered", NULL};

	(void)state;
	assert_string_equal(pvq_nearest("seriel", names), "serial");
	assert_string_equal(pvq_nearest("pool_orderd", names), "pool_ordered");
	assert_string_equal(pvq_nearest("pool_un", names), "pool_unordered");
	assert_string_equal(pvq_nearest("pool", names), "pool_ordered"); /* of several, the shortest */
	assert_null(pvq_nearest("mandelbrot", names));
	assert_null(pvq_nearest("", names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_path_with_commas),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_quotes_in_lists),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_settle_fixes_the_work),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
