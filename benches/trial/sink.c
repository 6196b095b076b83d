/* sink.c: digests results, and compares them with the oracle. */
#include "trial/sink.h"
#include "base/clock.h"
#include "trial/delivery.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#define XXH_INLINE_ALL /* a call through the shared library costs more than digesting 8 bytes */
#include <xxhash.h>

static struct pvq_digest digest_of(uint64_t id, const void *out, size_t len, int status)
{
	/* The id is the seed, so that the digest shows when the results of two items are swapped. */
	XXH128_hash_t h = XXH3_128bits_withSeed(out, len, id + ((uint64_t)(uint32_t)status << 32));

	return (struct pvq_digest){.low = h.low64, .high = h.high64};
}

static void digest_add(struct pvq_digest *sum, struct pvq_digest d)
{
	sum->low += d.low;
	sum->high += d.high;
}

/* The mark kept for an item's digest; never 0, which means "not seen". */
static uint64_t digest_mark(struct pvq_digest d)
{
	return d.low ? d.low : 1;
}

/* The mark of a lost item; in practice no digest has it. */
static const uint64_t lost_mark = 2;

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

static void print_result(uint64_t id, const void *out, size_t len, int status)
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
	fflush(stdout); /* so that each result shows as it completes */
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

static int refuse(struct pvq_check *c, const char *what, uint64_t id)
{
	snprintf(c->problem, sizeof(c->problem), "item %" PRIu64 " %s", id, what);
	return -EBADMSG;
}

static int check_put(struct pvq_sink *sink, uint64_t id, const void *out, size_t len, int status)
{
	struct pvq_check *c = (struct pvq_check *)sink;
	struct pvq_digest d;

	if (c->count == 0)
		c->first_ns = pvq_clock_ns();
	if (id >= c->load->n)
		return refuse(c, "does not exist", id);
	if (c->ordered && id != c->count)
		return refuse(c, "arrived out of order", id);
	d = digest_of(id, out, len, status);
	if (c->seen) {
		if (c->seen[id])
			return refuse(c, "arrived twice", id);
		c->seen[id] = is_lost(status) ? lost_mark : digest_mark(d);
	}
	if (is_lost(status))
		c->lost++;
	else
		digest_add(&c->sum, d);
	c->count++;
	if (status) {
		c->item_errors++;
		if (id < c->first_error) {
			c->first_error = id;
			c->first_errno = -status;
			c->first_cause = item_cause(status);
		}
	}
	if (c->print)
		print_result(id, out, len, status);
	return c->deliveries ? record(c, id, out, len, status) : 0;
}

int pvq_check_init(struct pvq_check *c, const struct pvq_load *load, int ordered, int print)
{
	*c = (struct pvq_check){
		.sink.put = check_put,
		.load = load,
		.ordered = ordered,
		.print = print,
		.first_error = UINT64_MAX,
	};
	if (load->n == 0 || load->n > PVQ_CHECK_IDS)
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

/* The digest of an item's right result, by the oracle, or by run() if there is none. */
static struct pvq_digest right_of(const struct pvq_load *load, uint64_t id, void *out)
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
	return len < 0 ? digest_of(id, NULL, 0, (int)len) : digest_of(id, out, (size_t)len, 0);
}

static void *room_for_result(const struct pvq_load *load)
{
	return aligned_alloc(16, (load->max_out + 31) / 16 * 16);
}

static void digest_write(struct pvq_digest d, char text[33])
{
	snprintf(text, 33, "%016" PRIx64 "%016" PRIx64, d.high, d.low);
}

int pvq_right_digest(const struct pvq_load *load, char right[33])
{
	void *out = room_for_result(load);
	struct pvq_digest sum = {0, 0};

	if (!out)
		return -ENOMEM;
	for (uint64_t id = 0; id < load->n; id++)
		digest_add(&sum, right_of(load, id, out));
	free(out);
	digest_write(sum, right);
	return 0;
}

enum pvq_verified pvq_check_verify(struct pvq_check *c, const char *known, char right[33])
{
	enum pvq_verified by = c->load->task->expect ? PVQ_VERIFIED_ORACLE : PVQ_VERIFIED_SERIAL;
	struct pvq_digest sum = {0, 0};
	char have[33];
	void *out;

	right[0] = '\0';
	digest_write(c->sum, have);
	if (strcmp(have, known) == 0) {
		memcpy(right, have, sizeof(have));
		return by;
	}
	out = room_for_result(c->load);
	if (!out) {
		snprintf(c->problem, sizeof(c->problem), "out of memory to verify the results");
		return PVQ_VERIFIED_NO;
	}
	for (uint64_t id = 0; id < c->load->n; id++) {
		struct pvq_digest d;

		if (c->lost && c->seen && c->seen[id] == lost_mark)
			continue;
		d = right_of(c->load, id, out);
		if (c->seen && !c->problem[0] && c->seen[id] != digest_mark(d))
			refuse(c, c->seen[id] ? "has a wrong result" : "never arrived", id);
		digest_add(&sum, d);
	}
	free(out);
	digest_write(sum, right);
	if (strcmp(have, right) == 0)
		return by;
	if (!c->problem[0])
		snprintf(c->problem, sizeof(c->problem), "the results' digest is wrong");
	return PVQ_VERIFIED_NO;
}
