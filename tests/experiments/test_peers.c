/* test_peers.c: what the driver and a peer tell each other, and what is kept of the peers' own measurements: words
 * and flags both ways, the files of costs and of faults, the memory of a tree of processes.
 */
#include "base/table.h"
#include "base/tree.h"
#include "drive/memory.h"
#include "experiments/costs/costs.h"
#include "experiments/faults/faults.h"
#include "trial/describe.h"
#include "trial/peer.h"
#include "trial/registry.h"
#include "trial/trial_args.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct pvq_registry registry = {.linked_in = pvq_linked_in};

/* ---- words ---- */

static void test_flags_round_trip(void **state)
{
	char words[160];

	(void)state;
	for (unsigned flags = 0; flags < PVQ_ONE_WORKER * 2; flags++) {
		pvq_peer_flags_write(flags, words, sizeof(words));
		assert_int_equal(pvq_peer_flags_read(words), flags);
	}
	assert_int_equal(
		pvq_peer_flags_read("nonsense streams reusable-not  reusable"), PVQ_STREAMS | PVQ_REUSABLE);
	assert_int_equal(pvq_peer_flags_read(""), 0);
}

static void test_description_is_read_back(void **state)
{
	const struct pvq_impl one = {.name = "one",
		.summary = "says \"one\", and a comma",
		.order = PVQ_ORDERED,
		.in_via = PVQ_VIA_PIPE,
		.out_via = PVQ_VIA_MESSAGE,
		.flags = PVQ_STREAMS | PVQ_LINGERS,
		.version = "libone-dev 1.2-3, gcc 12"};
	const struct pvq_impl two = {.name = "two", .summary = "nothing", .unavailable = "install it"};
	const struct pvq_impl *const impls[] = {&one, &two, NULL};
	const struct pvq_peer_entry *entry;
	struct pvq_table_rows rows;
	FILE *f = tmpfile();

	(void)state;
	assert_non_null(f);
	assert_int_equal(pvq_peer_describe(f, impls, pvq_contract), 0);
	rewind(f);
	assert_int_equal(pvq_table_read(&pvq_peer_table, f, &rows), 0);
	fclose(f);
	assert_int_equal(rows.count, 2);
	entry = rows.row;
	assert_string_equal(entry[0].impl, "one");
	assert_string_equal(entry[0].summary, one.summary);
	assert_int_equal(entry[0].order, PVQ_ORDERED);
	assert_int_equal(entry[0].in_via, PVQ_VIA_PIPE);
	assert_int_equal(entry[0].out_via, PVQ_VIA_MESSAGE);
	assert_string_equal(entry[0].contract, pvq_contract);
	assert_int_equal(pvq_peer_flags_read(entry[0].flags), one.flags);
	assert_string_equal(entry[0].unavailable, "");
	assert_string_equal(entry[0].version, one.version);
	assert_string_equal(entry[1].version, "");
	assert_string_equal(entry[1].unavailable, "install it");
	free(rows.row);
}

/* What the driver writes for a trial, the trial's process reads as the same trial. */
static void test_trial_words_round_trip(void **state)
{
	static struct pvq_words words, again;
	static struct pvq_trial_args args;
	struct pvq_spec spec;
	const int cpu[] = {0, 3, 63};
	struct pvq_trial t = {.spec = &spec,
		.n = 123456789012u,
		.seed = UINT64_MAX,
		.workers = 7,
		.chunk = 12,
		.window = 99,
		.care = {.attempts = 3, .recycle = 1000, .item_timeout_ms = 1500},
		.cpu = cpu,
		.ncpu = 3,
		.block = 5,
		.cell = 77,
		.oracle = "0123456789abcdef0123456789abcdef",
		.print = 1,
		.observe = "/a dir/o.csv",
		.timeline = "t,1.csv"};

	(void)state;
	assert_int_equal(pvq_spec_parse(&spec, "echo:in=5,out=6"), 0);
	t.impl = pvq_registry_find(&registry, "pool_unordered");
	assert_non_null(t.impl);
	pvq_trial_args_words(&words, &t);
	assert_string_equal(words.argv[1], "trial");
	assert_null(words.argv[words.argc]);
	for (int i = 2; i < words.argc; i++) /* PROTOCOL.md: every option is one word */
		assert_memory_equal(words.argv[i], "--", 2);
	assert_string_equal(words.argv[words.argc - 1], "--cpus=0,3,63");
	optind = 1;
	assert_int_equal(pvq_trial_args_parse(&args, words.argc - 1, words.argv + 1), 0);
	assert_int_equal(pvq_trial_args_find(&args, &registry), 0);
	assert_ptr_equal(args.trial.impl, t.impl);
	assert_int_equal(args.trial.n, t.n);
	assert_int_equal(args.trial.seed, t.seed);
	assert_int_equal(args.trial.care.attempts, 3);
	assert_int_equal(args.trial.care.item_timeout_ms, 1500);
	assert_memory_equal(args.cpu, cpu, sizeof(cpu));
	/* All the rest: the same words come out of it. */
	pvq_trial_args_words(&words, &t);
	pvq_trial_args_words(&again, &args.trial);
	assert_int_equal(again.argc, words.argc);
	for (int i = 0; i < words.argc; i++)
		assert_string_equal(again.argv[i], words.argv[i]);
}

/* ---- the peer's side ---- */

/* Runs a peer whose strategy is the pool, with these words, in a process that has no descriptor for rows. Returns its exit
 * status; output: what it wrote on stdout and stderr. */
static int run_peer(int argc, char **argv, char *output, size_t room)
{
	const struct pvq_impl *const impls[] = {pvq_registry_find(&registry, "pool_ordered"), NULL};
	int fd[2], wstatus;
	size_t len = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fd[1], 1);
		dup2(fd[1], 2);
		for (int other = 3; other < 32; other++)
			close(other);
		optind = 1;
		wstatus = pvq_peer_main(argc, argv, impls);
		fflush(stdout);
		_exit(wstatus);
	}
	close(fd[1]);
	while ((got = read(fd[0], output + len, room - 1 - len)) > 0)
		len += (size_t)got;
	output[len] = '\0';
	close(fd[0]);
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_true(WIFEXITED(wstatus));
	return WEXITSTATUS(wstatus);
}

static void test_what_a_peer_answers(void **state)
{
	static const struct {
		const char *word[6], *says;
		int status;
	} line[] = {
		{{"peer", "describe"}, "\npool_ordered,", 0},
		{{"peer"}, "a peer of pvq, which runs it; see `pvq list`\n", 2},
		{{"peer", "trial"}, "a peer of pvq", 2},
		{{"peer", "describe", "twice"}, "a peer of pvq", 2},
		{{"peer", "trial", "--impl=pool_ordered", "--task=noop"}, "pvq: trial needs --n\n", 2},
		{{"peer", "trial", "--impl=serial", "--task=noop", "--n=1"}, "serial", 2},
		{{"peer", "trial", "--impl=pool_ordered", "--task=nop", "--n=1"}, "noop", 2},
		{{"peer", "trial", "--impl=pool_ordered", "--task=noop", "--n=one"}, "one", 2},
		{{"peer", "trial", "--impl=pool_ordered", "--task=noop", "--n=1"},
			"pvq: trial is for pvq's own use; see `pvq run`\n", 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(line) / sizeof(line[0]); i++) {
		char copy[6][64], *argv[7] = {NULL}, output[4096];
		int argc = 0;

		for (; argc < 6 && line[i].word[argc]; argc++) {
			snprintf(copy[argc], sizeof(copy[argc]), "%s", line[i].word[argc]);
			argv[argc] = copy[argc];
		}
		assert_int_equal(run_peer(argc, argv, output, sizeof(output)), line[i].status);
		if (!strstr(output, line[i].says))
			fail_msg("line %zu: '%s' is not in: %s", i, line[i].says, output);
	}
}

/* Of the words that a peer's process gets; NULL: this one is not given. */
static const struct pvq_load *load_of(
	const char *task, const char *n, const char *seed, const char *observe)
{
	char text[5][64] = {"peer"}, *argv[6] = {text[0]};
	const char *const option[] = {"--task=", "--n=", "--seed=", "--observe="},
			  *value[] = {task, n, seed, observe};
	int argc = 1;

	for (int i = 0; i < 4; i++)
		if (value[i]) {
			snprintf(text[argc], sizeof(text[argc]), "%s%s", option[i], value[i]);
			argv[argc] = text[argc];
			argc++;
		}
	return pvq_peer_load(argc, argv);
}

/* A worker that shares no memory with its parent computes the same results from the same words. */
static void test_a_worker_makes_its_own_load(void **state)
{
	struct pvq_error err = {.item = 0};
	struct pvq_load load;
	struct pvq_spec spec;
	const struct pvq_load *own;
	char in[64], result[64], expected[64];
	size_t plain;

	(void)state;
	assert_int_equal(pvq_spec_parse(&spec, "echo:in=24,out=40"), 0);
	assert_int_equal(pvq_load_build(&load, &spec, 7, 3, &err), 0);
	own = load_of("echo:in=24,out=40", "7", "3", NULL);
	assert_non_null(own);
	assert_int_equal(pvq_peer_items(own), 7);
	assert_int_equal(pvq_peer_max_in(own), 24);
	assert_int_equal(pvq_peer_max_out(own), 40);
	plain = pvq_peer_max_out(own);
	for (uint64_t id = 0; id < 7; id++) {
		assert_int_equal(load.task->expect(&load, id, expected, sizeof(expected)), 40);
		assert_int_equal(pvq_peer_run_item(own, id, result), 40);
		assert_memory_equal(result, expected, 40);
		assert_int_equal(pvq_peer_input(own, id, in), 24);
		memset(result, 0, sizeof(result));
		assert_int_equal(pvq_peer_run(own, in, 24, result), 40);
		assert_memory_equal(result, expected, 40);
	}
	pvq_load_free(&load);
	/* A worker has one load, until it ends; this one has more. */
	load = *own;
	pvq_load_free(&load);
	assert_null(load_of(NULL, "7", "3", NULL));
	assert_null(load_of("ecko", "7", "3", NULL));
	assert_null(load_of("echo", NULL, "3", NULL));
	assert_null(load_of("echo", "0", "3", NULL));
	assert_null(load_of("echo", "7", NULL, NULL));
	assert_null(load_of("echo", "7", "-3", NULL));
	assert_null(load_of("cmd:run=true,items=/nowhere/items", "7", "3", NULL));
	/* An observed trial's results carry stamps. */
	own = load_of("echo:in=24,out=40", "7", "3", "o.csv");
	assert_non_null(own);
	assert_true(pvq_peer_max_out(own) > plain);
}

/* ---- files of a run ---- */

static int begin(void **state)
{
	static char dir[64];

	strcpy(dir, "/tmp/pvq-peers-XXXXXX");
	*state = mkdtemp(dir);
	return *state ? 0 : -1;
}

static int end(void **state)
{
	static const char *const file[] = {"dispatch.csv", "cold.csv", "memory.csv", "faults.csv"};
	char path[128];

	for (size_t i = 0; i < sizeof(file) / sizeof(file[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", (const char *)*state, file[i]);
		unlink(path);
	}
	return rmdir(*state);
}

static FILE *begin_file(const char *dir, const char *name, int (*header)(FILE *))
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(header(f), 0);
	return f;
}

static void put_row(FILE *f, const char *impl, enum pvq_status status, uint64_t map_ns)
{
	struct pvq_row row = {
		.n = 100, .workers = 2, .status = status, .map_ns = map_ns, .wall_ns = map_ns * 10};

	snprintf(row.impl, sizeof(row.impl), "%s", impl);
	strcpy(row.task, "noop");
	if (status != PVQ_OK)
		strcpy(row.reason, "it would not");
	assert_int_equal(pvq_row_write(f, &row), 0);
}

static void test_costs_of_all_three_files(void **state)
{
	static const enum pvq_status ok = PVQ_OK;
	const struct pvq_cost_of *slow, *broken;
	struct pvq_costs costs;
	FILE *f;

	assert_int_equal(pvq_costs_read(&costs, *state), -ENOENT);
	f = begin_file(*state, "dispatch.csv", pvq_row_header);
	for (unsigned i = 0; i < 7; i++) {
		put_row(f, "slow", i == 3 ? PVQ_CRASHED : ok,
			1000 + i * 100); /* the middle one does not count */
		put_row(f, "broken", PVQ_ERROR, 1);
		put_row(f, "fast", ok, 500 + i * 100);
	}
	fclose(f);
	f = begin_file(*state, "cold.csv", pvq_row_header);
	for (unsigned i = 0; i < 6; i++)
		put_row(f, "slow", ok, 7000);
	fclose(f);
	f = begin_file(*state, "memory.csv", pvq_memory_header);
	for (unsigned i = 1; i <= 3; i++) {
		const struct pvq_memory m = {.impl = "slow",
						.workers = 2,
						.processes = i,
						.pss_kb = 1000 * (uint64_t)i},
					unreadable = {.impl = "fast", .workers = 2, .processes = 1};

		assert_int_equal(pvq_memory_write(f, &m), 0);
		assert_int_equal(pvq_memory_write(f, &unreadable), 0);
	}
	fclose(f);

	assert_int_equal(pvq_costs_read(&costs, *state), 0);
	assert_int_equal(costs.count, 3);
	assert_int_equal(costs.workers, 2);
	assert_string_equal(costs.of[0].impl, "fast");
	assert_string_equal(costs.of[1].impl, "slow");
	assert_string_equal(costs.of[2].impl, "broken");
	assert_true(costs.of[0].cost[PVQ_COST_DISPATCH].median == 8.0); /* 800 ns for 100 items */
	assert_int_equal(costs.of[0].cost[PVQ_COST_COLD].n, 0);
	assert_int_equal(costs.of[0].cost[PVQ_COST_MEMORY].n, 0); /* nobody could read it: not 0 KiB */
	slow = pvq_costs_find(&costs, "slow");
	assert_int_equal(slow->cost[PVQ_COST_DISPATCH].n, 6);
	assert_true(slow->cost[PVQ_COST_DISPATCH].median == 13.0);
	assert_true(slow->cost[PVQ_COST_COLD].median == 70000.0);
	assert_true(slow->cost[PVQ_COST_MEMORY].median == 2000.0);
	assert_int_equal(slow->processes, 3);
	broken = pvq_costs_find(&costs, "broken");
	assert_int_equal(broken->cost[PVQ_COST_DISPATCH].n, 0);
	assert_string_equal(broken->reason, "it would not");
	assert_null(pvq_costs_find(&costs, "none"));
	free(costs.of);
}

/* Trials of one empty item per 100 ns near, 300 far. An attempt that was made again counts nowhere. */
static void test_costs_at_each_level(void **state)
{
	struct pvq_row row = {.task = "noop", .impl = "some", .n = 100, .workers = 2, .cores = 2};
	const struct pvq_cost_of *some;
	struct pvq_costs costs;
	FILE *f = begin_file(*state, "dispatch.csv", pvq_row_header);

	for (row.block = 0; row.block < 16; row.block++) {
		int far = row.block % 4 == 3;

		row.handover_ns = row.handover_after_ns = far ? 500 : 100;
		row.map_ns = far ? 30000 : 10000;
		row.attempt = row.block == 3;
		assert_int_equal(pvq_row_write(f, &row), 0);
	}
	row.block = 3;
	row.attempt = 0;
	row.handover_after_ns = 100;
	row.map_ns = 1;
	assert_int_equal(pvq_row_write(f, &row), 0);
	fclose(f);
	assert_int_equal(pvq_costs_read(&costs, *state), 0);
	some = pvq_costs_find(&costs, "some");
	assert_int_equal(some->cost[PVQ_COST_DISPATCH].n, 12);
	assert_true(some->cost[PVQ_COST_DISPATCH].max == 100.0);
	assert_int_equal(some->level[0].n, 12);
	assert_int_equal(some->level[1].n, 4);
	assert_true(some->level[1].min == 300.0);
	free(costs.of);
}

static void test_faults_are_read_back(void **state)
{
	const struct pvq_fault hung = {.impl = "some_pool",
		.kind = PVQ_FAULT_KILL,
		.items = 40,
		.workers = 2,
		.delivered = 12,
		.begun = 1,
		.hung = 1,
		.status = PVQ_TIMEOUT,
		.reason = "killed after 4 s, \"really\"",
		.try = 3};
	const struct pvq_fault *read;
	struct pvq_faults faults;
	FILE *f;

	assert_int_equal(pvq_faults_read(&faults, *state), -ENOENT);
	f = begin_file(*state, "faults.csv", pvq_faults_header);
	assert_int_equal(pvq_faults_write(f, &hung), 0);
	fclose(f);
	assert_int_equal(pvq_faults_read(&faults, *state), 0);
	assert_int_equal(faults.count, 1);
	read = pvq_faults_next(&faults, "some_pool", PVQ_FAULT_KILL, NULL);
	assert_non_null(read);
	assert_int_equal(read->delivered, 12);
	assert_int_equal(read->hung, 1);
	assert_int_equal(read->status, PVQ_TIMEOUT);
	assert_string_equal(read->reason, hung.reason);
	assert_int_equal(read->try, 3);
	assert_null(pvq_faults_next(&faults, "some_pool", PVQ_FAULT_KILL, read));
	assert_null(pvq_faults_next(&faults, "some_pool", PVQ_FAULT_SEGV, NULL));
	assert_null(pvq_faults_next(&faults, "another", PVQ_FAULT_KILL, NULL));
	free(faults.fault);
}

/* ---- memory of a tree ---- */

enum { BLOCK = 16 << 20 };

/* A sanitizer that kept shadow memory of these pages would keep it in the child alone, and that is memory as well. */
__attribute__((no_sanitize("address", "thread"))) static void touch(volatile char *at, size_t size)
{
	for (size_t i = 0; i < size; i += 4096)
		at[i] = 1;
}

/* A child that touches half of what it shares with its parent, which touched all, and a block of its own. Shared pages
 * must count once, and both blocks must count. */
static void test_memory_of_a_tree(void **state)
{
	char *shared = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	     byte = 0;
	uint64_t alone_kb = 0, both_kb = 0, block_kb = BLOCK / 1024;
	unsigned processes = 0;
	int ready[2], wstatus;
	pid_t pid;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	touch(shared, BLOCK);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pvq_tree_pss(getpid(), &alone_kb, &processes), 0);
	assert_int_equal(processes, 1);
	assert_true(alone_kb > block_kb);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char *own = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		/* A test that fails leaves no child behind. */
		if (own == MAP_FAILED || prctl(PR_SET_PDEATHSIG, SIGKILL))
			_exit(1);
		touch(own, BLOCK);
		touch(shared, BLOCK / 2);
		if (write(ready[1], &byte, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	processes = 0;
	assert_int_equal(pvq_tree_pss(getpid(), &both_kb, &processes), 0);
	assert_int_equal(processes, 2);
	assert_true(both_kb >= alone_kb + block_kb - 256);
	assert_true(both_kb < alone_kb + block_kb + block_kb / 2);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &wstatus, 0), pid);
	assert_int_equal(pvq_tree_pss(pid, &both_kb, &processes), -ENOENT);
	close(ready[0]);
	close(ready[1]);
	munmap(shared, BLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_round_trip),
		cmocka_unit_test(test_description_is_read_back),
		cmocka_unit_test(test_trial_words_round_trip),
		cmocka_unit_test(test_what_a_peer_answers),
		cmocka_unit_test(test_a_worker_makes_its_own_load),
		cmocka_unit_test_setup_teardown(test_costs_of_all_three_files, begin, end),
		cmocka_unit_test_setup_teardown(test_costs_at_each_level, begin, end),
		cmocka_unit_test_setup_teardown(test_faults_are_read_back, begin, end),
		cmocka_unit_test(test_memory_of_a_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
