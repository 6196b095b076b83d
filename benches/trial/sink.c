/* sink.c: digests results, and compares them with the oracle. */
#include "trial/sink.h"
#include "base/clock.h"
#include "base/flush.h"
#include "trial/delivery.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* The marks of items: 0 is one that was not seen. No digest's mark is 0 or that of a lost item. */
static const uint64_t lost_mark = 1;

static uint64_t digest_mark(struct pvq_digest d)
{
	return d.high | 2;
}

static int is_lost(int status)
{
	return status == -EOWNERDEAD || status == -ETIMEDOUT;
}

static enum pvq_cause item_cause(int status)
{
	return status == 0             ? PVQ_CAUSE_NONE
	       : status == -EOWNERDEAD ? PVQ_CAUSE_WORKER_DIED
	       : status == -ETIMEDOUT  ? PVQ_CAUSE_ITEM_TIMEOUT
				       : PVQ_CAUSE_TASK_ERROR;
}

/* Prints what a command wrote, or why it failed: in one piece, since commands write to the same stderr. 0 or
 * -errno. */
static int print_command(const struct pvq_check *c, uint64_t id, struct pvq_span result, int status)
{
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span name = c->load->task->commands->name(c->load, id, scratch);
	char line[1024];
	int len;

	if (status == 0) {
		fwrite(result.ptr, 1, result.len, stdout);
		return pvq_flush(stdout);
	}
	len = snprintf(
		line, sizeof(line), "%.*s", name.len < 512 ? (int)name.len : 512, (const char *)name.ptr);
	for (int i = 0; i < len; i++)
		if (iscntrl((unsigned char)line[i]))
			line[i] = '?';
	if (result.len)
		snprintf(line + len, sizeof(line) - (size_t)len, ": %.*s", (int)result.len,
			(const char *)result.ptr);
	else
		snprintf(line + len, sizeof(line) - (size_t)len, ": %s",
			status == -EOWNERDEAD  ? "lost: its worker died"
			: status == -ETIMEDOUT ? "lost: it took too long"
					       : strerror(-status));
	fprintf(stderr, "pvq: %s\n", line);
	return 0;
}

/* Prints a result. 0 or -errno. */
static int print_result(uint64_t id, const void *out, size_t len, int status)
{
	uint64_t number;

	if (is_lost(status)) {
		printf("%" PRIu64 "\tlost: %s\n", id,
			status == -ETIMEDOUT ? "it took too long" : "its worker died");
	} else if (status) {
		printf("%" PRIu64 "\terror: %s\n", id, strerror(-status));
	} else if (len == sizeof(number)) {
		memcpy(&number, out, sizeof(number));
		printf("%" PRIu64 "\t%" PRIu64 "\n", id, number);
	} else {
		printf("%" PRIu64 "\t%zu bytes, xxh3 %016" PRIx64 "\n", id, len,
			(uint64_t)XXH3_64bits(out, len));
	}
	return pvq_flush(stdout); /* so that each result shows as it completes */
}

static int record(struct pvq_check *c, uint64_t id, const void *out, size_t len, int status)
{
	struct pvq_delivery d = {.item = id, .cause = item_cause(status), .at_ns = pvq_clock_ns()};
	int ret;

	if (status == 0)
		d.bytes = len;
	if (d.bytes == sizeof(d.number))
		memcpy(&d.number, out, sizeof(d.number));
	ret = pvq_delivery_write(c->deliveries, &d);
	if (ret)
		snprintf(c->problem, sizeof(c->problem), "the deliveries cannot be written: %s",
			strerror(-ret));
	return ret;
}

__attribute__((noinline, cold)) static int refuse(struct pvq_check *c, const char *what, uint64_t id)
{
	snprintf(c->problem, sizeof(c->problem), "item %" PRIu64 " %s", id, what);
	return -EBADMSG;
}

/* Takes an item in: marks it if there are marks, and adds it to the digest. 0, or what refuse() returns. */
static ALWAYS_INLINE int take(
	struct pvq_check *c, int ordered, int marked, uint64_t id, struct pvq_digest d, int lost)
{
	if (id >= c->n)
		return refuse(c, "does not exist", id);
	if (ordered && id != c->next)
		return refuse(c, "arrived out of order", id);
	if (!ordered && marked && c->seen[id])
		return refuse(c, "arrived twice", id);
	if (!lost) {
		c->sum_low += d.low;
		c->sum_high += d.high;
	}
	if (marked)
		c->seen[id] = lost ? lost_mark : digest_mark(d);
	if (ordered)
		c->next = id + 1;
	return 0;
}

static void speed_up(struct pvq_check *, size_t len, int is_first);

/* Takes a command's result apart. Returns the item's status; if that is not 0, *why says more. */
static int open_result(
	const struct pvq_commands *commands, const void **out, size_t *len, struct pvq_span *why)
{
	int failed;
	struct pvq_span inner = commands->open(*out, *len, &failed);

	if (failed)
		*why = inner;
	*out = failed ? NULL : inner.ptr;
	*len = failed ? 0 : inner.len;
	return failed ? -ECANCELED : 0;
}

static void note_failure(struct pvq_check *c, uint64_t id, int status, struct pvq_span why)
{
	c->item_errors++;
	if (id >= c->first_error)
		return;
	c->first_error = id;
	c->first_errno = -status;
	c->first_cause = item_cause(status);
	snprintf(c->first_why, sizeof(c->first_why), "%.*s", (int)why.len,
		why.len ? (const char *)why.ptr : "");
}

/* put() for any result, and the only one for the first, which gets a stamp. */
__attribute__((noinline)) static int put_any(
	struct pvq_sink *sink, uint64_t id, const void *out, size_t len, int status)
{
	struct pvq_check *c = (struct pvq_check *)sink;
	const struct pvq_commands *commands = c->load->task->commands;
	struct pvq_span why = {0};
	int lost = is_lost(status), is_first = c->first_ns == 0, ret;

	if (is_first)
		c->first_ns = pvq_clock_ns();
	if (commands && status == 0)
		status = open_result(commands, &out, &len, &why);
	ret = take(c, c->ordered, c->seen != NULL, id, pvq_digest_any(id, out, len, status), lost);
	if (ret)
		return ret;
	c->lost += (unsigned)lost;
	if (status)
		note_failure(c, id, status, why);
	if (c->print && commands)
		ret = print_command(
			c, id, status ? why : (struct pvq_span){.ptr = out, .len = len}, status);
	else if (c->print)
		ret = print_result(id, out, len, status);
	if (ret) {
		snprintf(c->problem, sizeof(c->problem), "the results cannot be printed: %s",
			strerror(-ret));
		return ret;
	}
	if (c->deliveries)
		return record(c, id, out, len, status);
	if (!c->print && !commands)
		speed_up(c, len, is_first);
	return 0;
}

/* What follows is put() after the first result, unless results are printed or recorded. It is part of every time that is
 * measured, so each instruction counts: nothing is called except as the last act, which needs no stack; and what hardly
 * changes from item to item chooses the function, which then has it as a constant: the order, whether there are marks, and
 * the length of the results. Most tasks have results of one length. ANY_SHORT stands for short ones of all lengths. */
#define ANY_SHORT 17

static ALWAYS_INLINE int put_quick(struct pvq_sink *sink, int ordered, int marked, size_t length,
	uint64_t id, const void *out, size_t len, int status)
{
	if (status || (length == ANY_SHORT ? len > PVQ_DIGEST_SHORT : len != length))
		return put_any(sink, id, out, len, status);
	if (length != ANY_SHORT)
		len = length;
	return take((struct pvq_check *)sink, ordered, marked, id, pvq_digest_short(id, out, len), 0);
}

#define DEFINE_PUT(name, ordered, marked, length)                                                    \
	static int name(struct pvq_sink *sink, uint64_t id, const void *out, size_t len, int status) \
	{                                                                                            \
		return put_quick(sink, ordered, marked, length, id, out, len, status);               \
	}
#define DEFINE_PUTS(length)                                 \
	DEFINE_PUT(put_ordered_##length, 1, 1, length)      \
	DEFINE_PUT(put_unordered_##length, 0, 1, length)    \
	DEFINE_PUT(put_many_ordered_##length, 1, 0, length) \
	DEFINE_PUT(put_many_unordered_##length, 0, 0, length)
#define LIST_PUTS(length)                                       \
	{{put_many_unordered_##length, put_unordered_##length}, \
		{put_many_ordered_##length, put_ordered_##length}},
#define EACH_LENGTH(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) X(16) X(17)

EACH_LENGTH(DEFINE_PUTS)

/* Chooses the put() for what follows. The first result tells the length; if another has a different one, all lengths
 * are expected. */
static void speed_up(struct pvq_check *c, size_t len, int is_first)
{
	static int (*const quick[ANY_SHORT + 1][2][2])(
		struct pvq_sink *, uint64_t, const void *, size_t, int) = {EACH_LENGTH(LIST_PUTS)};
	size_t length = is_first && len <= PVQ_DIGEST_SHORT ? len : ANY_SHORT;

	c->sink.put = quick[length][c->ordered != 0][c->seen != NULL];
}

int pvq_check_init(struct pvq_check *c, const struct pvq_load *load, int ordered, int print)
{
	*c = (struct pvq_check){
		.sink.put = put_any,
		.load = load,
		.n = load->n,
		.ordered = ordered,
		.print = print,
		.first_error = UINT64_MAX,
	};
	if (load->n == 0 || (load->n > PVQ_CHECK_IDS && !load->task->commands))
		return 0;
	/* Shared and populated: after a fork, the first write to a private page would copy it. Only strategies that
	 * fork would pay for that, and only because of us. */
	c->seen = mmap(NULL, load->n * sizeof(*c->seen), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (c->seen == MAP_FAILED) {
		c->seen = NULL;
		return -errno;
	}
	return 0;
}

void pvq_check_free(struct pvq_check *c)
{
	if (c->seen)
		munmap(c->seen, c->load->n * sizeof(*c->seen));
	c->seen = NULL;
}

static void pvq_digest_add(struct pvq_digest *sum, struct pvq_digest d)
{
	sum->low += d.low;
	sum->high += d.high;
}

/* All that can be said of commands, which cannot run again: that each item arrived. */
static enum pvq_verified check_arrived(struct pvq_check *c)
{
	for (uint64_t id = 0; id < c->n; id++)
		if (!c->seen[id]) {
			refuse(c, "never arrived", id);
			return PVQ_VERIFIED_NO;
		}
	return PVQ_UNVERIFIED;
}

/* Finds the digest of an item's right result, by the oracle, or by run() if there is none. 0; -ENOMEM: there is no memory to
 * find it with, which says nothing about the result. */
static int right_of(const struct pvq_load *load, uint64_t id, void *out, struct pvq_digest *right)
{
	const struct pvq_task *task = load->task;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	ssize_t len;

	if (task->expect) {
		len = task->expect(load, id, out, load->max_out);
	} else {
		struct pvq_span in = task->input(load, id, scratch);

		len = task->run(load, in.ptr, in.len, out, load->max_out);
	}
	if (len == -ENOMEM)
		return -ENOMEM;
	*right = len < 0 ? pvq_digest_any(id, NULL, 0, (int)len) : pvq_digest_any(id, out, (size_t)len, 0);
	return 0;
}

static void *room_for_result(const struct pvq_load *load)
{
	return aligned_alloc(16, (load->max_out + 31) / 16 * 16);
}

int pvq_right_digest(const struct pvq_load *load, char right[33])
{
	void *out = room_for_result(load);
	struct pvq_digest sum = {0, 0}, d;
	int ret = out ? 0 : -ENOMEM;

	for (uint64_t id = 0; ret == 0 && id < load->n; id++) {
		ret = right_of(load, id, out, &d);
		if (ret == 0)
			pvq_digest_add(&sum, d);
	}
	free(out);
	pvq_digest_write(sum, right);
	return ret;
}

enum pvq_verified pvq_check_verify(struct pvq_check *c, const char *known, char right[33])
{
	enum pvq_verified by = c->load->task->expect ? PVQ_VERIFIED_ORACLE : PVQ_VERIFIED_SERIAL;
	struct pvq_digest sum = {0, 0};
	char have[33];
	void *out;
	int ret;

	right[0] = '\0';
	pvq_digest_write((struct pvq_digest){.low = c->sum_low, .high = c->sum_high}, have);
	if (c->load->task->commands) {
		memcpy(right, have, sizeof(have));
		return check_arrived(c);
	}
	if (strcmp(have, known) == 0) {
		memcpy(right, have, sizeof(have));
		return by;
	}
	out = room_for_result(c->load);
	ret = out ? 0 : -ENOMEM;
	for (uint64_t id = 0; ret == 0 && id < c->load->n; id++) {
		struct pvq_digest d;

		if (c->lost && c->seen && c->seen[id] == lost_mark)
			continue;
		ret = right_of(c->load, id, out, &d);
		if (ret)
			break;
		if (c->seen && !c->problem[0] && c->seen[id] != digest_mark(d))
			refuse(c, c->seen[id] ? "has a wrong result" : "never arrived", id);
		pvq_digest_add(&sum, d);
	}
	free(out);
	if (ret) {
		snprintf(c->problem, sizeof(c->problem), "out of memory to verify the results");
		return PVQ_VERIFIED_NO;
	}
	pvq_digest_write(sum, right);
	if (strcmp(have, right) == 0)
		return by;
	if (!c->problem[0])
		snprintf(c->problem, sizeof(c->problem), "the results' digest is wrong");
	return PVQ_VERIFIED_NO;
}
