/* so.c: runs a function of a shared object on the user's own items. `pvq new plugin` writes such an object's source.
 *
 * The object defines, for function=NAME,
 *
 *	ssize_t NAME(void *ctx, const void *in, size_t len, void *out, size_t cap);
 *
 * which writes at most cap bytes (max_out) to out and returns how many, at least 1, or -errno, which is the item's error.
 * Threads and processes call it at the same time. Two more are optional:
 *
 *	int NAME_init(void **ctx);  called once, before any worker exists; 0 or -errno
 *	int NAME_check(void *ctx, const void *in, size_t len, const void *out, size_t out_len);  0: the result is right
 *
 * Without the check, results are compared with those of a serial run. With it, the serial results must pass it. */
#include "items.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_NAME, FUNCTION, ITEMS, RECORD, MAX_OUT };

static const struct pvq_arg so_args[] = {
	{.name = "file", .help = "the shared object", .kind = PVQ_ARG_TEXT},
	{.name = "function", .help = "the function to run", .kind = PVQ_ARG_TEXT},
	{.name = "items",
		.help = "a file of items, a pattern of paths, or - for standard input; none: numbers from 1",
		.def = "",
		.kind = PVQ_ARG_TEXT},
	{.name = "record",
		.unit = PVQ_UNIT_BYTES,
		.help = "bytes of an item of the file; 0: an item is a line that is not empty",
		.def = "0",
		.max = PVQ_BYTES_MAX},
	{.name = "max_out",
		.unit = PVQ_UNIT_BYTES,
		.help = "most bytes of a result",
		.def = "64K",
		.min = 1,
		.max = PVQ_BYTES_MAX},
	{0},
};

typedef ssize_t so_function(void *ctx, const void *in, size_t len, void *out, size_t cap);
typedef int so_init(void **ctx);
typedef int so_check(void *ctx, const void *in, size_t len, const void *out, size_t out_len);

struct so {
	void *object;
	so_function *function;
	so_check *check; /* NULL: none */
	void *ctx;
	struct pvq_items items;
};

static const struct pvq_task so_unchecked;

/* Looks up NAME and the suffix. ISO C has no conversion of an object's pointer to a function's. */
static void so_find(const struct pvq_load *load, const char *suffix, void *function)
{
	const struct so *so = load->priv;
	char name[512];
	void *found;

	snprintf(name, sizeof(name), "%s%s", load->arg[FUNCTION].s, suffix);
	found = dlsym(so->object, name);
	memcpy(function, &found, sizeof(found));
}

static int so_open(struct pvq_load *load, struct pvq_error *err)
{
	struct so *so = load->priv;
	const char *name = load->arg[FILE_NAME].s;
	char path[1024];
	so_init *init;
	int ret;

	/* Without a slash the loader would look in the system's folders alone. */
	snprintf(path, sizeof(path), "%s%s", strchr(name, '/') ? "" : "./", name);
	so->object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!so->object)
		return pvq_fail(err, -ENOEXEC, "so: %.120s", dlerror());
	so_find(load, "", &so->function);
	so_find(load, "_check", &so->check);
	so_find(load, "_init", &init);
	if (!so->function)
		return pvq_fail(err, -ENOENT, "so: %s has no function %s", name, load->arg[FUNCTION].s);
	ret = init ? init(&so->ctx) : 0;
	if (ret)
		return pvq_fail(
			err, ret < 0 ? ret : -ECANCELED, "so: %s_init() failed", load->arg[FUNCTION].s);
	if (!so->check)
		load->task = &so_unchecked;
	return 0;
}

static int so_read(const struct pvq_load *load, struct pvq_items *items, struct pvq_error *err)
{
	const struct pvq_items_cut lines = {.separator = '\n', .record = load->arg[RECORD].u};

	return pvq_items_read(items, load->arg[ITEMS].s, &lines, "so", err);
}

static int so_count(const struct pvq_load *load, uint64_t *n, struct pvq_error *err)
{
	struct pvq_items items;
	int ret = so_read(load, &items, err);

	*n = load->n ? load->n : items.count;
	pvq_items_free(&items);
	return ret;
}

static int so_build(struct pvq_load *load, struct pvq_error *err)
{
	struct so *so = calloc(1, sizeof(*so));
	int ret;

	load->priv = so;
	if (!so)
		return pvq_fail(err, -ENOMEM, "so: cannot load an object");
	ret = so_read(load, &so->items, err);
	if (ret == 0)
		ret = so_open(load, err);
	load->max_in = so->items.count ? so->items.longest : PVQ_SCRATCH;
	load->max_out = load->arg[MAX_OUT].u;
	return ret;
}

static struct pvq_span so_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	return pvq_items_at(&((const struct so *)load->priv)->items, id, scratch);
}

static ssize_t so_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const struct so *so = load->priv;
	ssize_t got;

	if (len == 0)
		return -EBADMSG;
	if (cap < load->max_out)
		return -EMSGSIZE;
	got = so->function(so->ctx, in, len, out, load->max_out);
	return got == 0 ? -ENODATA : got > (ssize_t)load->max_out ? -EOVERFLOW : got;
}

static ssize_t so_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	const struct so *so = load->priv;
	_Alignas(16) char scratch[PVQ_SCRATCH];
	struct pvq_span in = so_input(load, id, scratch);
	ssize_t len = so_run(load, in.ptr, in.len, out, cap);

	if (len > 0 && so->check(so->ctx, in.ptr, in.len, out, (size_t)len))
		return -EILSEQ;
	return len;
}

/* The object stays open: what it registered with the C library may be called when the process ends. */
static void so_free(struct pvq_load *load)
{
	struct so *so = load->priv;

	if (so)
		pvq_items_free(&so->items);
	free(so);
}

const struct pvq_task pvq_task_so = {
	.name = "so",
	.summary = "a function of a shared object, on items of your own ('pvq new plugin' writes one)",
	.plain = "{function} of {file}",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = so_args,
	.uneven = 1,
	.count = so_count,
	.build = so_build,
	.input = so_input,
	.run = so_run,
	.expect = so_expect,
	.free = so_free,
};

/* The load's task where the object has no check. */
static const struct pvq_task so_unchecked = {
	.name = "so",
	.summary = "a function of a shared object, without a check",
	.args = so_args,
	.uneven = 1,
	.input = so_input,
	.run = so_run,
	.free = so_free,
};
