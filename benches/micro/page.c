/* page.c: what memory costs at its first use and at its end: the first write to a page, shared or private, new or mapped
 * elsewhere already; and giving pages back. Pages have the base size.
 */
#include "base/clock.h"
#include "rivals.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PAGES = 256, ALL_PAGES = 16 * PAGES }; /* of one mapping, of one run; an iteration is one page */

/* What is timed of a mapping's life. */
enum part { FIRST, SECOND, PRIVATE, UNMAP };
static const enum part page_parts[] = {FIRST, SECOND, PRIVATE, UNMAP};

static void page_touch(char *at, size_t page)
{
	for (size_t i = 0; i < PAGES; i++)
		((volatile char *)at)[i * page] = 1;
}

/* Maps fresh pages; fd: the object that backs them, -1: none. NULL with errno. */
static char *page_map(int fd, int flags, size_t bytes)
{
	char *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	if (at == MAP_FAILED)
		return NULL;
	(void)madvise(at, bytes, MADV_NOHUGEPAGE); /* may fail: a kernel without huge pages needs no hint */
	return at;
}

/* Lives one mapping through. Returns how long the part took; 0 with errno. A second mapping of an object stands for that in a
 * second process: either way the page is there, and only an entry in a page table is missing. */
static uint64_t page_time(enum part part, size_t page)
{
	size_t bytes = PAGES * page;
	uint64_t begin = 0, ns = 0;
	int fd = part == SECOND ? memfd_create("page", MFD_CLOEXEC) : -1;
	char *at = NULL, *first = NULL;

	if (part == SECOND && (fd < 0 || ftruncate(fd, (off_t)bytes)))
		goto done;
	if (part == SECOND && !(first = page_map(fd, MAP_SHARED, bytes)))
		goto done;
	if (first)
		page_touch(first, page);
	if (!(at = page_map(fd, part == PRIVATE ? MAP_PRIVATE : MAP_SHARED, bytes)))
		goto done;
	begin = pvq_clock_ns();
	page_touch(at, page);
	ns = pvq_clock_ns() - begin;
	if (part == UNMAP) {
		begin = pvq_clock_ns();
		munmap(at, bytes);
		ns = pvq_clock_ns() - begin;
		at = NULL;
	}
done:
	if (at)
		munmap(at, bytes);
	if (first)
		munmap(first, bytes);
	if (fd >= 0)
		close(fd);
	return ns;
}

static void page_loop(struct gb_state *state, enum part part)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	while (gb_keep_running_batch(state, PAGES)) {
		uint64_t ns = page_time(part, page);

		if (ns == 0)
			pvq_micro_fail(state, "mapping pages", errno);
		gb_set_iteration_time(state, (double)ns / 1e9);
	}
}

static void page_alone(struct gb_state *state, const struct pvq_micro_run *run)
{
	page_loop(state, *(const enum part *)run->what->data);
}

static void page_rival(void *ctx, unsigned number)
{
	(void)number;
	(void)page_time(FIRST, *(const size_t *)ctx);
}

static void page_beside(struct gb_state *state, const struct pvq_micro_run *run)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct pvq_rivals *rivals =
		pvq_rivals_start(state, (unsigned)gb_arg(state, 0) - 1, -1, page_rival, &page);

	(void)run;
	if (!rivals)
		return;
	page_loop(state, FIRST);
	pvq_rivals_end(state, rivals);
}

static const struct pvq_micro_case page_cases[] = {
	{.name = "page/first_touch",
		.op = "first write to a page of shared memory, while all of that many cores do so",
		.run = page_beside,
		.arg_name = "cores",
		.lo = 1,
		.hi = 64,
		.brief_hi = 64,
		.factor = 2,
		.flags = PVQ_MICRO_MANUAL | PVQ_MICRO_PER_CPU,
		.iterations = ALL_PAGES},
	{.name = "page/second_mapping",
		.op = "first write to a page of shared memory that is there already, as in a second process",
		.run = page_alone,
		.data = &page_parts[SECOND],
		.flags = PVQ_MICRO_MANUAL | PVQ_MICRO_PINNED,
		.iterations = ALL_PAGES},
	{.name = "page/private",
		.op = "first write to a page of private memory",
		.run = page_alone,
		.data = &page_parts[PRIVATE],
		.flags = PVQ_MICRO_MANUAL | PVQ_MICRO_PINNED,
		.iterations = ALL_PAGES},
	{.name = "page/unmap",
		.op = "give a page of shared memory back, 256 at a time",
		.run = page_alone,
		.data = &page_parts[UNMAP],
		.flags = PVQ_MICRO_MANUAL | PVQ_MICRO_PINNED,
		.iterations = ALL_PAGES},
	{0},
};

const struct pvq_micro pvq_micro_page = {.name = "page", .cases = page_cases};
