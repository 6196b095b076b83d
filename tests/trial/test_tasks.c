/* test_tasks.c: every task by itself: run() against the oracle, the same seed gives the same bytes, bad
 * buffers are refused; and what single tasks promise beyond that.
 */
#include "child.h"
#include "tasks/kernel.h"
#include "trial/spec.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

enum { ITEMS = 40 };

static void build(
	struct pvq_load *load, struct pvq_spec *spec, const char *words, uint64_t n, uint64_t seed)
{
	assert_int_equal(pvq_spec_parse(spec, words), 0);
	assert_int_equal(pvq_load_build(load, spec, n, seed, &(struct pvq_error){0}), 0);
	assert_in_range(load->max_in, 0, PVQ_BYTES_MAX);
	assert_in_range(load->max_out, 1, PVQ_BYTES_MAX);
}

/* One item through input() and run(). Returns run()'s value; out is malloc'd, max_out bytes. */
static ssize_t item(const struct pvq_load *load, uint64_t id, unsigned char **out)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span in = load->task->input(load, id, scratch);

	assert_true(in.len <= load->max_in);
	*out = calloc(1, load->max_out);
	assert_non_null(*out);
	return load->task->run(load, in.ptr, in.len, *out, load->max_out);
}

static void check_all(const char *words, uint64_t n)
{
	struct pvq_spec spec;
	struct pvq_load load;

	build(&load, &spec, words, n, 3);
	for (uint64_t id = 0; id < n; id++) {
		unsigned char *out, *right = calloc(1, load.max_out);
		ssize_t len = item(&load, id, &out);

		assert_non_null(right);
		if (load.task->expect) {
			assert_int_equal(load.task->expect(&load, id, right, load.max_out), len);
			if (len > 0)
				assert_memory_equal(out, right, (size_t)len);
		} else {
			assert_true(len > 0);
		}
		free(out);
		free(right);
	}
	pvq_load_free(&load);
}

static void test_oracles(void **state)
{
	(void)state;
	check_all("noop", ITEMS);
	check_all("sleep:us=10", ITEMS);
	check_all("spin:ns=0,rate=1000", 3);
	check_all("spin:ns=500,rate=1000", ITEMS);
	check_all("skew:ns=500,rate=1000", 400);
	check_all("echo:in=1,out=1", ITEMS);
	check_all("echo:in=4097,out=4099", ITEMS);
	check_all("echo:in=16777216,out=3", 3);
	check_all("stream:kb=1", ITEMS);
	check_all("stream:kb=8192", 20); /* goes round the table twice */
	check_all("mandelbrot:width=9,maxiter=50", ITEMS);
	check_all("deflate:max_kb=64", ITEMS);
	check_all("fault:kind=error,at=5", ITEMS);
	check_all("job:work=500,sleep=10us,in=8,out=1,rate=1000", ITEMS);
	check_all("job:work=500,in=5000,out=4099,skew=1.5,rate=1000", ITEMS);
	check_all("trace:rate=1000", 20); /* goes round the example twice */
}

/* Whether the task works with its defaults; those of the user's own code are tested by tests/trial/own.bats. */
static int has_defaults(const struct pvq_task *task)
{
	for (const struct pvq_arg *arg = task->args; arg && arg->name; arg++)
		if (!arg->def)
			return 0;
	return 1;
}

static void test_bad_buffers(void **state)
{
	(void)state;
	for (int i = 0; pvq_tasks[i]; i++) {
		_Alignas(16) char scratch[PVQ_SCRATCH];
		struct pvq_spec spec;
		struct pvq_load load;
		struct pvq_span in;
		void *out;

		if (!has_defaults(pvq_tasks[i]))
			continue;
		build(&load, &spec, pvq_tasks[i]->name, 8, 1);
		out = calloc(1, load.max_out);
		assert_non_null(out);
		in = load.task->input(&load, 7, scratch);
		assert_int_equal(load.task->run(&load, in.ptr, in.len, out, 0), -EMSGSIZE);
		assert_int_equal(load.task->run(&load, in.ptr, in.len, out, load.max_out - 1), -EMSGSIZE);
		assert_int_equal(load.task->run(&load, in.ptr, 0, out, load.max_out), -EBADMSG);
		if (strcmp(load.task->name, "deflate") != 0) /* whose inputs have any length */
			assert_int_equal(
				load.task->run(&load, in.ptr, in.len + 1, out, load.max_out), -EBADMSG);
		if (load.task->expect)
			assert_int_equal(load.task->expect(&load, 7, out, 0), -EMSGSIZE);
		free(out);
		pvq_load_free(&load);
	}
}

static void test_seed(void **state)
{
	const char *const words[] = {
		"echo", "skew:ns=100000,rate=10", "stream:kb=1", "job:skew=2,rate=10", "trace:rate=10"};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct pvq_spec spec;
		struct pvq_load a, b, c;
		int differ = 0;

		build(&a, &spec, words[i], ITEMS, 5);
		build(&b, &spec, words[i], ITEMS, 5);
		build(&c, &spec, words[i], ITEMS, 6);
		for (uint64_t id = 0; id < ITEMS; id++) {
			unsigned char *x, *y, *z;
			ssize_t len = item(&a, id, &x);

			assert_int_equal(item(&b, id, &y), len);
			assert_int_equal(item(&c, id, &z), len);
			assert_memory_equal(x, y, (size_t)len);
			differ += memcmp(x, z, (size_t)len) != 0;
			free(x);
			free(y);
			free(z);
		}
		assert_true(differ > 0);
		pvq_load_free(&a);
		pvq_load_free(&b);
		pvq_load_free(&c);
	}
}

/* How many items of two loads have different results. */
static int distinct_results(const char *words, const char *other)
{
	struct pvq_spec spec[2];
	struct pvq_load load[2];
	int differ = 0;

	build(&load[0], &spec[0], words, ITEMS, 5);
	build(&load[1], &spec[1], other, ITEMS, 5);
	for (uint64_t id = 0; id < ITEMS; id++) {
		unsigned char *x, *y;
		ssize_t len = item(&load[0], id, &x);

		assert_int_equal(item(&load[1], id, &y), len);
		differ += memcmp(x, y, (size_t)len) != 0;
		free(x);
		free(y);
	}
	pvq_load_free(&load[0]);
	pvq_load_free(&load[1]);
	return differ;
}

static void test_kernel_jump_equals_walk(void **state)
{
	(void)state;
	for (uint64_t steps = 0; steps < 300; steps++)
		assert_int_equal(pvq_kernel_jump(steps * 77, steps), pvq_kernel_walk(steps * 77, steps));
	assert_int_equal(pvq_kernel_jump(1, 1234567), pvq_kernel_walk(1, 1234567));
	assert_int_equal(pvq_kernel_steps(0, 1000), 0);
	assert_int_equal(pvq_kernel_steps(0.001, 1000), 1);
	assert_int_equal(pvq_kernel_steps(5000, 1000), 5000);
	assert_true(pvq_kernel_rate() > 0);
}

/* Alpha = 3: the variance exists, so the mean of many items must be near the asked one. */
static void test_skew_mean_and_tail(void **state)
{
	enum { MANY = 100000 };
	struct pvq_spec spec;
	struct pvq_load load;
	double sum = 0, most = 0;

	(void)state;
	build(&load, &spec, "skew:ns=10000,alpha=3,rate=1000", MANY, 1);
	for (uint64_t id = 0; id < MANY; id++) {
		_Alignas(16) char scratch[PVQ_SCRATCH];
		uint64_t pair[2];

		memcpy(pair, load.task->input(&load, id, scratch).ptr, sizeof(pair));
		assert_int_equal(pair[0], id + 1);
		sum += (double)pair[1];
		most = (double)pair[1] > most ? (double)pair[1] : most;
	}
	assert_in_range((uint64_t)(sum / MANY), 9800, 10200);
	assert_true(most > 100000);
	pvq_load_free(&load);
}

/* A very heavy tail is cut off at a thousand times the mean: some items meet that, none is longer. */
static void test_skew_is_cut_off(void **state)
{
	enum { MANY = 100000, LONGEST = 10000000 };
	struct pvq_spec spec;
	struct pvq_load load;
	uint64_t most = 0;

	(void)state;
	build(&load, &spec, "skew:ns=10000,alpha=1.1,rate=1000", MANY, 1);
	for (uint64_t id = 0; id < MANY; id++) {
		_Alignas(16) char scratch[PVQ_SCRATCH];
		uint64_t pair[2];

		memcpy(pair, load.task->input(&load, id, scratch).ptr, sizeof(pair));
		most = pair[1] > most ? pair[1] : most;
	}
	assert_int_equal(most, LONGEST);
	pvq_load_free(&load);
}

/* With a tail, the items of a job are as long as a tail makes them; without, all are equal. The walk's length is seen in
 * the result alone, so this looks at what the oracle makes of another rate. */
static void test_job_is_uneven(void **state)
{
	const char *const even = "job:work=1000,rate=1000", *const uneven =
								    "job:work=1000,skew=1.2,rate=1000";

	(void)state;
	assert_int_equal(distinct_results(even, "job:work=1000,skew=1,rate=1000"), 0);
	assert_true(distinct_results(even, uneven) > ITEMS / 2);
}

/* A trace: its columns in any order, others skipped, small sizes raised to what an item needs; its rows are counted. */
static void test_trace_file(void **state)
{
	char path[] = "/tmp/pvq-test-XXXXXX", words[96];
	const char csv[] = "out,name,work_ns,in\n7,a,0,0\n0,\"b,c\",1000,30\n";
	struct pvq_spec spec;
	struct pvq_load load;
	_Alignas(16) char scratch[PVQ_SCRATCH], out[8];
	uint64_t n = 0;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, csv, sizeof(csv) - 1), sizeof(csv) - 1);
	close(fd);
	snprintf(words, sizeof(words), "trace:rate=10,file=%s", path);
	build(&load, &spec, words, 5, 1);
	assert_int_equal(pvq_spec_count(&spec, &n), 0);
	assert_int_equal(n, 2);
	n = 7; /* asked for: its rows come again */
	assert_int_equal(pvq_spec_count(&spec, &n), 0);
	assert_int_equal(n, 7);
	assert_int_equal(load.max_in, 30);
	assert_int_equal(load.max_out, 7);
	for (uint64_t id = 0; id < 5; id++) {
		struct pvq_span in = load.task->input(&load, id, scratch);

		assert_int_equal(in.len, id % 2 ? 30 : 8);
		assert_int_equal(load.task->run(&load, in.ptr, in.len, out, sizeof(out)), id % 2 ? 1 : 7);
	}
	pvq_load_free(&load);
	check_all(words, 5);
	assert_int_equal(truncate(path, 8), 0); /* in the middle of the header */
	assert_int_equal(pvq_load_build(&load, &spec, 5, 1, &(struct pvq_error){0}), -EBADMSG);
	unlink(path);
	assert_int_equal(pvq_load_build(&load, &spec, 5, 1, &(struct pvq_error){0}), -ENOENT);
	assert_int_equal(pvq_spec_count(&spec, &n), -ENOENT);
}

/* Mandelbrot has no oracle; these counts are known by hand. Pixels are 0.2 wide, row 2 is the real axis. */
static void test_mandelbrot_points(void **state)
{
	const struct {
		uint64_t row;
		size_t pixel;
		uint16_t count;
	} point[] = {
		{0, 0, 1},  /* -1.9 - 0.96 i: outside after one step */
		{2, 9, 50}, /* -0.1: inside */
		{2, 12, 5}, /* 0.5: 0.5, 0.75, 1.06, 1.63, 3.15 */
		{4, 0, 1},  /* the mirror image of the first */
	};
	struct pvq_spec spec;
	struct pvq_load load;

	(void)state;
	build(&load, &spec, "mandelbrot:width=13,maxiter=50", 5, 1);
	for (size_t i = 0; i < sizeof(point) / sizeof(point[0]); i++) {
		unsigned char *out;
		uint16_t count;

		assert_int_equal(item(&load, point[i].row, &out), 13 * sizeof(count));
		memcpy(&count, out + point[i].pixel * sizeof(count), sizeof(count));
		assert_int_equal(count, point[i].count);
		free(out);
	}
	pvq_load_free(&load);
}

static void write_file(const char *dir, const char *name, const char *text, size_t size)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	for (size_t i = 0; i < size; i++)
		fputc(text[i % strlen(text)], f);
	assert_int_equal(fclose(f), 0);
}

/* A folder with an empty file, one too large, a pipe, a dangling link: two files count. */
static void test_deflate_folder(void **state)
{
	char dir[] = "/tmp/pvq-test-XXXXXX", words[64], path[512];
	const char *const text[] = {"abcdef", "xyz"};
	const size_t size[] = {5000, 700};
	struct pvq_spec spec;
	struct pvq_load load;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(words, sizeof(words), "deflate:max_kb=8,dir=%s", dir);
	assert_int_equal(pvq_spec_parse(&spec, words), 0);
	assert_int_equal(pvq_load_build(&load, &spec, 4, 1, &(struct pvq_error){0}), -ENOENT);
	write_file(dir, "a", text[0], size[0]);
	snprintf(path, sizeof(path), "%s/sub", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file(path, "b", text[1], size[1]);
	write_file(dir, "empty", "-", 0);
	write_file(dir, "large", "l", 8193);
	snprintf(path, sizeof(path), "%s/pipe", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/nowhere", dir);
	assert_int_equal(symlink("/no/such/file", path), 0);
	assert_int_equal(pvq_load_build(&load, &spec, 4, 1, &(struct pvq_error){0}), 0);
	for (uint64_t id = 0; id < 4; id++) {
		unsigned char *out, plain[8192];
		uLongf len = sizeof(plain);
		ssize_t packed = item(&load, id, &out);

		assert_true(packed > 0);
		assert_int_equal(uncompress(plain, &len, out, (uLong)packed), Z_OK);
		assert_int_equal(len, size[id % 2]);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(plain[i], text[id % 2][i % strlen(text[id % 2])]);
		free(out);
	}
	/* A file that goes away while the load is in use fails its item, not the run. */
	snprintf(path, sizeof(path), "%s/a", dir);
	assert_int_equal(unlink(path), 0);
	{
		unsigned char *out;

		assert_int_equal(item(&load, 0, &out), -ENOENT);
		free(out);
	}
	pvq_load_free(&load);
	snprintf(path, sizeof(path), "rm -rf '%s'", dir);
	assert_int_equal(system(path), 0); /* NOLINT(cert-env33-c): our own folder */
}

/* The folder itself may be a link, as /bin is; a path that is not there is refused. */
static void test_deflate_linked_folder(void **state)
{
	char dir[] = "/tmp/pvq-test-XXXXXX", file[64], link[64], words[96];
	struct pvq_spec spec;
	struct pvq_load load;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/file", dir);
	snprintf(link, sizeof(link), "%s.link", dir);
	write_file(dir, "file", "text", 100);
	assert_int_equal(symlink(dir, link), 0);
	snprintf(words, sizeof(words), "deflate:dir=%s", link);
	build(&load, &spec, words, 1, 1);
	pvq_load_free(&load);
	unlink(link);
	unlink(file);
	rmdir(dir);
	assert_int_equal(pvq_load_build(&load, &spec, 1, 1, &(struct pvq_error){0}), -ENOENT);
}

/* In a child, because root may read everything: as nobody. 0: only the open file is in the load. */
static int build_as_nobody(const char *words)
{
	struct pvq_spec spec;
	struct pvq_load load;
	struct pvq_span in;

	if (geteuid() == 0 && setresuid(65534, 65534, 65534))
		return 1;
	if (pvq_spec_parse(&spec, words) || pvq_load_build(&load, &spec, 2, 1, &(struct pvq_error){0}))
		return 2;
	in = load.task->input(&load, 0, NULL); /* "closed" would come first */
	return memcmp((const char *)in.ptr + in.len - 4, "open", 4) != 0;
}

/* Unreadable files, and unreadable folders with their contents, are left out. */
static void test_deflate_skips_unreadable(void **state)
{
	char dir[] = "/tmp/pvq-test-XXXXXX", file[3][64], words[96];
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(file[0], sizeof(file[0]), "%s/closed", dir);
	snprintf(file[1], sizeof(file[1]), "%s/folder", dir);
	snprintf(file[2], sizeof(file[2]), "%s/open", dir);
	write_file(dir, "closed", "secret", 100);
	write_file(dir, "open", "text", 100);
	assert_int_equal(chmod(file[0], 0), 0);
	assert_int_equal(mkdir(file[1], 0), 0);
	assert_int_equal(chmod(file[2], 0644), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(words, sizeof(words), "deflate:dir=%s", dir);
	pid = pvq_child_fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(build_as_nobody(words));
	assert_int_equal(pvq_child_reap(pid), 0);
	unlink(file[0]);
	rmdir(file[1]);
	unlink(file[2]);
	rmdir(dir);
}

/* Runs the item in a child; returns how that ends. */
static int fate_of(const char *words, uint64_t id)
{
	struct pvq_spec spec;
	struct pvq_load load;
	unsigned char *out;
	pid_t pid;

	build(&load, &spec, words, 8, 1);
	pid = pvq_child_fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(item(&load, id, &out) == 8 ? 0 : 1);
	pvq_load_free(&load);
	return pvq_child_reap(pid);
}

/* A hang ends only by the alarm; a run() that returned would exit first. */
static void test_fault_hangs(void **state)
{
	const struct itimerval soon = {.it_value.tv_usec = 200000};
	struct pvq_spec spec;
	struct pvq_load load;
	unsigned char *out;
	int wstatus;
	pid_t pid;

	(void)state;
	build(&load, &spec, "fault:kind=hang,at=2", 8, 1);
	pid = pvq_child_fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setitimer(ITIMER_REAL, &soon, NULL);
		_exit(item(&load, 2, &out) == 8 ? 0 : 1);
	}
	wstatus = pvq_child_reap(pid);
	assert_true(WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGALRM);
	pvq_load_free(&load);
}

static void test_faults(void **state)
{
	int wstatus;

	(void)state;
	wstatus = fate_of("fault:kind=segv,at=2", 2);
	assert_true(WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGSEGV);
	wstatus = fate_of("fault:kind=kill,at=2", 2);
	assert_true(WIFSIGNALED(wstatus) && WTERMSIG(wstatus) == SIGKILL);
	wstatus = fate_of("fault:kind=exit,at=2", 2);
	assert_true(WIFEXITED(wstatus) && WEXITSTATUS(wstatus) == 3);
	assert_int_equal(fate_of("fault:kind=segv,at=2", 1), 0);
	assert_int_equal(fate_of("fault:kind=hang,at=2", 3), 0);
}

static void test_empty_loads(void **state)
{
	(void)state;
	for (int i = 0; pvq_tasks[i]; i++) {
		struct pvq_spec spec;
		struct pvq_load load;

		if (!has_defaults(pvq_tasks[i]))
			continue;
		build(&load, &spec, pvq_tasks[i]->name, 0, 1);
		pvq_load_free(&load);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oracles),
		cmocka_unit_test(test_bad_buffers),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_kernel_jump_equals_walk),
		cmocka_unit_test(test_skew_mean_and_tail),
		cmocka_unit_test(test_skew_is_cut_off),
		cmocka_unit_test(test_job_is_uneven),
		cmocka_unit_test(test_trace_file),
		cmocka_unit_test(test_mandelbrot_points),
		cmocka_unit_test(test_deflate_folder),
		cmocka_unit_test(test_deflate_linked_folder),
		cmocka_unit_test(test_deflate_skips_unreadable),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_fault_hangs),
		cmocka_unit_test(test_empty_loads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
