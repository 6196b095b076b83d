/* cmd.c: runs a command for each of the user's items: what xargs -P and GNU parallel do.
 *
 * The result of an item is what its command wrote to stdout. It travels behind one byte: 0, or 1 where the item failed, and
 * then the bytes are the reason, one line. */
#include "base/clock.h"
#include "base/grow.h"
#include "guard.h"
#include "items.h"
#include "joblog.h"
#include "template.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { RUN, ITEMS, NUL, SHELL, MAX_OUT };

enum {
	HEAD = 1,       /* bytes before a result */
	WHY_MAX = 256,  /* bytes of the reason of a failure, with its NUL */
	TAIL_MAX = 160, /* bytes of stderr's last line in it */
};

static const struct pvq_arg cmd_args[] = {
	{.name = "run",
		.help = "the command; {} {.} {/} {/.} {#} stand for the item, or it follows as the last argument",
		.kind = PVQ_ARG_TEXT},
	{.name = "items",
		.help = "a file of items, a pattern of paths, or - for standard input; none: numbers from 1",
		.def = "",
		.kind = PVQ_ARG_TEXT},
	{.name = "nul", .help = "1: items end with a NUL, not with their line", .def = "0", .max = 1},
	{.name = "shell", .help = "1: sh runs the command; items are quoted for it", .def = "0", .max = 1},
	{.name = "max_out",
		.unit = PVQ_UNIT_BYTES,
		.help = "most bytes on stdout; a command that writes more is ended, and its item fails",
		.def = "1M",
		.max = PVQ_BYTES_MAX - WHY_MAX - HEAD},
	{0},
};

struct cmd {
	struct pvq_template template;
	struct pvq_items items;
	uint64_t *chosen; /* owned; the items, from 0, of a load that leaves some out; NULL: all */
};

/* ---- which items ---- */

/* The items that a job log has as done: their numbers, from 1, ascending, each once. */
struct done {
	const struct cmd *cmd;
	uint64_t *number; /* owned */
	size_t count;
	uint64_t foreign; /* the number of an item that is none of ours; 0: all are */
};

static char *cmd_line_of(const struct cmd *cmd, uint64_t item)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];

	return pvq_template_line(&cmd->template, pvq_items_at(&cmd->items, item, scratch), item + 1);
}

static int note_done(void *ctx, uint64_t seq, const char *command)
{
	struct done *done = ctx;
	uint64_t *more;
	char *line;

	if (done->cmd->items.count && seq > done->cmd->items.count) {
		done->foreign = seq;
		return -EINVAL;
	}
	line = cmd_line_of(done->cmd, seq - 1);
	if (line && !pvq_joblog_same(command, line))
		done->foreign = seq;
	free(line);
	if (done->foreign)
		return -EINVAL;
	more = pvq_grow(done->number, done->count, sizeof(*more));
	if (!more)
		return -ENOMEM;
	done->number = more;
	more[done->count++] = seq;
	return 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* A log has an item several times if its job was begun again by hand. */
static void order_done(struct done *done)
{
	size_t kept = 0;

	if (done->count)
		qsort(done->number, done->count, sizeof(*done->number), by_number);
	for (size_t i = 0; i < done->count; i++)
		if (kept == 0 || done->number[i] != done->number[kept - 1])
			done->number[kept++] = done->number[i];
	done->count = kept;
}

/* Reads what is done already. 0, or -errno with *err filled. */
static int read_done(
	const struct pvq_load *load, const struct cmd *cmd, struct done *done, struct pvq_error *err)
{
	const char *path = load->keep.joblog;
	int ret;

	*done = (struct done){.cmd = cmd};
	if (!load->keep.resume)
		return 0;
	ret = pvq_joblog_succeeded(path, note_done, done);
	order_done(done);
	if (done->foreign)
		return pvq_fail(err, ret, "%s is the log of other commands: see its item %" PRIu64, path,
			done->foreign);
	if (ret == -ENOENT)
		return 0; /* nothing has been begun */
	return ret ? pvq_fail(err, ret, "cannot read the job log %s", path) : 0;
}

/* Reads the command and its items. */
static int cmd_read(const struct pvq_load *load, struct cmd *cmd, struct pvq_error *err)
{
	const struct pvq_items_cut ends = {.separator = load->arg[NUL].u ? '\0' : '\n'};
	int ret = pvq_template_read(&cmd->template, load->arg[RUN].s, (int)load->arg[SHELL].u);

	if (ret)
		return pvq_fail(err, ret, "cmd: the command '%s'", load->arg[RUN].s);
	ret = pvq_items_read(&cmd->items, load->arg[ITEMS].s, &ends, "cmd", err);
	if (ret == 0 && cmd->items.count && load->n > cmd->items.count)
		return pvq_fail(err, -ERANGE, "cmd: '%s' has %" PRIu64 " items, not %" PRIu64,
			load->arg[ITEMS].s, cmd->items.count, load->n);
	return ret;
}

static void cmd_release(struct cmd *cmd)
{
	pvq_template_free(&cmd->template);
	pvq_items_free(&cmd->items);
	free(cmd->chosen);
}

static int cmd_count(const struct pvq_load *load, uint64_t *n, struct pvq_error *err)
{
	struct cmd cmd = {0};
	struct done done = {0};
	int ret = cmd_read(load, &cmd, err);
	uint64_t all = load->n ? load->n : cmd.items.count;

	if (ret == 0)
		ret = read_done(load, &cmd, &done, err);
	*n = all;
	for (size_t i = 0; ret == 0 && i < done.count && done.number[i] <= all; i++)
		--*n;
	free(done.number);
	cmd_release(&cmd);
	return ret;
}

/* Takes the first items that are not done. */
static int cmd_choose(const struct pvq_load *load, struct cmd *cmd, struct pvq_error *err)
{
	struct done done;
	uint64_t next = 0;
	size_t past = 0;
	int ret = read_done(load, cmd, &done, err);

	if (ret == 0 && done.count) {
		cmd->chosen = malloc((load->n + 1) * sizeof(*cmd->chosen));
		if (!cmd->chosen)
			ret = pvq_fail(err, -ENOMEM, "cmd: cannot choose the items");
	}
	for (uint64_t i = 0; ret == 0 && cmd->chosen && i < load->n; i++) {
		for (; past < done.count && done.number[past] == next + 1; past++)
			next++;
		cmd->chosen[i] = next++;
	}
	if (ret == 0 && cmd->items.count && next > cmd->items.count)
		ret = pvq_fail(err, -ERANGE, "cmd: fewer than %" PRIu64 " items are left", load->n);
	free(done.number);
	return ret;
}

static int cmd_build(struct pvq_load *load, struct pvq_error *err)
{
	struct cmd *cmd = calloc(1, sizeof(*cmd));
	int ret;

	load->priv = cmd;
	if (!cmd)
		return pvq_fail(err, -ENOMEM, "cmd: cannot read a command");
	ret = cmd_read(load, cmd, err);
	if (ret == 0)
		ret = cmd_choose(load, cmd, err);
	if (ret == 0 && load->keep.joblog) {
		ret = pvq_joblog_begin(load->keep.joblog);
		if (ret)
			pvq_fail(err, ret, "cannot write the job log %s", load->keep.joblog);
	}
	load->max_in = sizeof(uint64_t);
	load->max_out = HEAD + load->arg[MAX_OUT].u + WHY_MAX;
	return ret;
}

/* The input is the item, from 0: the worker has the items itself. */
static struct pvq_span cmd_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	const struct cmd *cmd = load->priv;
	uint64_t item = cmd->chosen ? cmd->chosen[id] : id;

	memcpy(scratch, &item, sizeof(item));
	return (struct pvq_span){.ptr = scratch, .len = sizeof(item)};
}

/* ---- results ---- */

static ssize_t fail(char *result, const char *why)
{
	size_t len = strlen(why);

	result[0] = 1;
	for (size_t i = 0; i < len; i++) /* without the NUL */
		result[HEAD + i] = why[i];
	return HEAD + (ssize_t)len;
}

/* Copies the last line that holds anything, at most TAIL_MAX bytes, behind ": ". */
static void last_line(char line[TAIL_MAX + 3], struct pvq_span text)
{
	const char *from = text.ptr, *end = from + text.len, *at;
	size_t len = 0;

	while (end > from && (unsigned char)end[-1] <= ' ')
		end--;
	at = end;
	while (at > from && at[-1] != '\n' && end - at < TAIL_MAX)
		at--;
	if (at < end)
		len = (size_t)(stpcpy(line, ": ") - line);
	for (; at < end; at++)
		line[len++] = (char)((unsigned char)*at < ' ' ? ' ' : *at);
	line[len] = '\0';
}

static ssize_t cmd_result(const struct pvq_load *load, int wstatus, struct pvq_span out,
	struct pvq_span err, void *result, size_t cap)
{
	char why[WHY_MAX], line[TAIL_MAX + 3];
	const char *abbrev;

	if (cap < load->max_out)
		return -EMSGSIZE;
	if (wstatus == 0 && out.len > load->arg[MAX_OUT].u) {
		snprintf(why, sizeof(why), "more than max_out=%" PRIu64 " bytes on stdout",
			load->arg[MAX_OUT].u);
		return fail(result, why);
	}
	if (wstatus == 0) {
		*(char *)result = 0;
		memmove((char *)result + HEAD, out.ptr, out.len);
		return HEAD + (ssize_t)out.len;
	}
	last_line(line, err);
	/* Real-time signals have no name. */
	abbrev = WIFSIGNALED(wstatus) ? sigabbrev_np(WTERMSIG(wstatus)) : NULL;
	if (abbrev)
		snprintf(why, sizeof(why), "killed by SIG%s%s", abbrev, line);
	else if (WIFSIGNALED(wstatus))
		snprintf(why, sizeof(why), "killed by signal %d%s", WTERMSIG(wstatus), line);
	else
		snprintf(why, sizeof(why), "exit status %d%s", WEXITSTATUS(wstatus), line);
	return fail(result, why);
}

static struct pvq_span cmd_open(const void *result, size_t len, int *failed)
{
	*failed = len > 0 && *(const char *)result;
	return (struct pvq_span){.ptr = (const char *)result + HEAD, .len = len > 0 ? len - HEAD : 0};
}

static struct pvq_span cmd_name(const struct pvq_load *load, uint64_t id, void *scratch)
{
	const struct cmd *cmd = load->priv;

	return pvq_items_at(&cmd->items, cmd->chosen ? cmd->chosen[id] : id, scratch);
}

static char *cmd_line(const struct pvq_load *load, uint64_t id)
{
	const struct cmd *cmd = load->priv;

	return cmd_line_of(cmd, cmd->chosen ? cmd->chosen[id] : id);
}

/* ---- the work ---- */

static uint64_t wall_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Runs the command once, and logs it. 0 or -errno. */
static int run_once(
	const struct pvq_load *load, uint64_t item, char *const argv[], char *out, struct pvq_guarded *g)
{
	uint64_t at_ns = wall_clock_ns(), began_ns = pvq_clock_ns();
	int ret = pvq_guard_run(argv, out, load->arg[MAX_OUT].u, g);
	char *line;

	if (ret || !load->keep.joblog)
		return ret;
	line = cmd_line_of(load->priv, item);
	if (!line)
		return -ENOMEM;
	ret = pvq_joblog_add(load->keep.joblog, &(struct pvq_joblog_line){.seq = item + 1,
							.at_ns = at_ns,
							.for_ns = pvq_clock_ns() - began_ns,
							.received = g->out_len,
							.wstatus = g->wstatus,
							.command = line});
	free(line);
	return ret;
}

static ssize_t cmd_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const struct cmd *cmd = load->priv;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_guarded g;
	uint64_t item;
	char **argv;
	int ret;

	if (len != sizeof(item))
		return -EBADMSG;
	if (cap < load->max_out)
		return -EMSGSIZE;
	memcpy(&item, in, sizeof(item));
	argv = pvq_template_words(&cmd->template, pvq_items_at(&cmd->items, item, scratch), item + 1);
	if (!argv)
		return -ENOMEM;
	for (unsigned tries = load->keep.attempts ? load->keep.attempts : 1; tries > 0; tries--) {
		ret = run_once(load, item, argv, (char *)out + HEAD, &g);
		if (ret || g.wstatus == 0 || g.too_long)
			break;
	}
	free(argv);
	if (ret)
		return ret;
	return cmd_result(load, g.too_long ? 0 : g.wstatus,
		(struct pvq_span){.ptr = (char *)out + HEAD, .len = g.out_len + (size_t)g.too_long},
		(struct pvq_span){.ptr = g.tail, .len = g.tail_len}, out, cap);
}

static void cmd_free(struct pvq_load *load)
{
	if (load->priv)
		cmd_release(load->priv);
	free(load->priv);
}

static const struct pvq_commands cmd_commands = {
	.line = cmd_line, .result = cmd_result, .open = cmd_open, .name = cmd_name};

const struct pvq_task pvq_task_cmd = {
	.name = "cmd",
	.summary = "a command for each of your own items, once: its stdout is the result",
	.plain = "commands: {run}",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = cmd_args,
	.uneven = 1,
	.commands = &cmd_commands,
	.count = cmd_count,
	.build = cmd_build,
	.input = cmd_input,
	.run = cmd_run,
	.free = cmd_free,
};
