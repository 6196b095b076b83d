/* deflate.c: compresses the user's own files: reading, then CPU work as uneven as the files.
 *
 * The parameter is a path. The worker opens and reads the file itself, and returns the compressed bytes. Items cycle
 * through the files found. */
#include "task.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { DIR, MAX_KB };

enum {
	FILES_MAX = 512, /* varied enough, without spending a trial's time on walking folders */
	NAMED_MAX = 10,  /* most skipped files to name one by one */
	LEVEL = 6,
	PIECE = 4093, /* bytes that the oracle feeds at a time; odd on purpose */
};

static const struct pvq_arg deflate_args[] = {
	/* /usr/bin: everyone has it and may read it. It holds small scripts and large programs. */
	{.name = "dir",
		.help = "folder whose files are compressed",
		.def = "/usr/bin",
		.kind = PVQ_ARG_TEXT},
	{.name = "max_kb",
		.unit = PVQ_UNIT_KIB,
		.help = "skip larger files, in KiB",
		.def = "256",
		.min = 1,
		.max = 16000},
	{0},
};

struct deflate_files {
	char *path[FILES_MAX];                   /* owned */
	size_t count, skipped, largest, longest; /* bytes of the largest file, of the longest path */
};

static size_t max_bytes(const struct pvq_load *load)
{
	return load->arg[MAX_KB].u * 1024;
}

static void skip(struct deflate_files *files, const char *path, int error)
{
	if (++files->skipped <= NAMED_MAX)
		fprintf(stderr, "pvq: deflate: skipped %s: %s\n", path, strerror(error));
}

static int take(struct deflate_files *files, const FTSENT *entry)
{
	size_t size = (size_t)entry->fts_statp->st_size;

	if (access(entry->fts_path, R_OK)) {
		skip(files, entry->fts_path, errno);
		return 0;
	}
	files->path[files->count] = strdup(entry->fts_path);
	if (!files->path[files->count])
		return -ENOMEM;
	files->count++;
	if (size > files->largest)
		files->largest = size;
	if (entry->fts_pathlen > files->longest)
		files->longest = entry->fts_pathlen;
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Collects regular files of a fitting size, in a fixed order. Follows no links, except that the folder itself may be one
 * (/bin, /lib). */
static int walk(const struct pvq_load *load, struct deflate_files *files)
{
	char *roots[] = {(char *)(uintptr_t)load->arg[DIR].s, NULL}; /* fts does not write to it */
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | FTS_XDEV, by_name);
	const FTSENT *entry;
	int ret = 0;

	if (!fts)
		return -errno;
	while (ret == 0 && files->count < FILES_MAX) {
		errno = 0;
		entry = fts_read(fts);
		if (!entry) {
			ret = -errno; /* 0: that was all */
			break;
		}
		switch (entry->fts_info) {
		case FTS_F:
			if (entry->fts_statp->st_size > 0 &&
				(size_t)entry->fts_statp->st_size <= max_bytes(load))
				ret = take(files, entry);
			break;
		case FTS_DNR:
		case FTS_ERR:
		case FTS_NS:
			/* Without memory the files would be others, and so would the work. */
			if (entry->fts_errno == ENOMEM)
				ret = -ENOMEM;
			else
				skip(files, entry->fts_path, entry->fts_errno);
			break;
		default: /* folders, links, devices: nothing to compress */
			break;
		}
	}
	fts_close(fts);
	return ret;
}

static int deflate_build(struct pvq_load *load, struct pvq_error *err)
{
	struct deflate_files *files = calloc(1, sizeof(*files));
	int ret;

	load->priv = files;
	if (!files)
		return pvq_fail(err, -ENOMEM, "deflate: cannot list files");
	ret = walk(load, files);
	if (files->skipped > NAMED_MAX)
		fprintf(stderr, "pvq: deflate: ... and %zu more\n", files->skipped - NAMED_MAX);
	if (ret)
		return pvq_fail(err, ret, "deflate: cannot list '%s'", load->arg[DIR].s);
	if (files->count == 0)
		return pvq_fail(err, -ENOENT, "deflate: no readable file of 1 byte to %llu KiB in dir=%s",
			(unsigned long long)load->arg[MAX_KB].u, load->arg[DIR].s);
	load->max_in = files->longest;
	load->max_out = compressBound(files->largest);
	return 0;
}

static struct pvq_span deflate_input(const struct pvq_load *load, uint64_t id, void *scratch)
{
	const struct deflate_files *files = load->priv;
	const char *path = files->path[id % files->count];

	(void)scratch;
	return (struct pvq_span){.ptr = path, .len = strlen(path)};
}

/* Reads at most cap bytes of a file: one that has grown since build() is cut there. Does not map it: a file that shrinks
 * under a mapping raises SIGBUS. */
static ssize_t read_file(const char *path, unsigned char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t have = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	while ((got = read(fd, buf + have, cap - have)) != 0) {
		if (got < 0 && errno != EINTR) {
			got = -errno;
			close(fd);
			return got;
		}
		if (got > 0)
			have += (size_t)got;
	}
	close(fd);
	return (ssize_t)have;
}

/* zlib's memory for one call, on the stack. Not from malloc(): free() returns such blocks to the kernel or keeps them,
 * depending on what else is at the end of the heap. That is a tenth of the time, and it would hit strategies by chance. */
struct arena {
	size_t used;
	_Alignas(64) unsigned char bytes[512 << 10]; /* zlib needs some 270 KiB at any level */
};

static voidpf arena_alloc(voidpf opaque, uInt items, uInt size)
{
	struct arena *arena = opaque;
	size_t need = ((size_t)items * size + 63) / 64 * 64;
	void *memory = arena->bytes + arena->used;

	if (need > sizeof(arena->bytes) - arena->used)
		return Z_NULL;
	arena->used += need;
	return memory;
}

static void arena_free(voidpf opaque, voidpf memory)
{
	(void)opaque, (void)memory; /* the whole arena goes at once */
}

/* Compresses the bytes. Returns the compressed length, or -errno. */
static ssize_t pack(void *out, size_t cap, unsigned char *bytes, size_t len)
{
	struct arena arena;
	z_stream z = {.zalloc = arena_alloc,
		.zfree = arena_free,
		.opaque = &arena,
		.next_in = bytes,
		.avail_in = (uInt)len,
		.next_out = out,
		.avail_out = (uInt)cap};

	arena.used = 0; /* the bytes stay uninitialised: zlib needs no zeros */
	if (deflateInit(&z, LEVEL) != Z_OK)
		return -ENOMEM;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		return -EMSGSIZE;
	return (ssize_t)z.total_out; /* deflateEnd() would only free */
}

static ssize_t deflate_run(const struct pvq_load *load, const void *in, size_t len, void *out, size_t cap)
{
	const struct deflate_files *files = load->priv;
	unsigned char *bytes;
	char path[4096];
	ssize_t ret;

	if (len == 0 || len >= sizeof(path))
		return -EBADMSG;
	if (cap < load->max_out)
		return -EMSGSIZE;
	memcpy(path, in, len);
	path[len] = '\0';
	bytes = malloc(files->largest);
	if (!bytes)
		return -ENOMEM;
	ret = read_file(path, bytes, files->largest);
	if (ret >= 0)
		ret = pack(out, cap, bytes, (size_t)ret);
	free(bytes);
	return ret;
}

/* The oracle: through stdio and zlib's streaming interface, in odd pieces. How the input is cut does not change the
 * output. */
static ssize_t deflate_expect(const struct pvq_load *load, uint64_t id, void *out, size_t cap)
{
	const struct deflate_files *files = load->priv;
	FILE *f = fopen(files->path[id % files->count], "re");
	z_stream z = {.next_out = out, .avail_out = (uInt)cap};
	size_t left = files->largest, got;
	unsigned char piece[PIECE];
	ssize_t ret = -EMSGSIZE;

	if (!f)
		return -errno;
	if (deflateInit(&z, LEVEL) != Z_OK) {
		fclose(f);
		return -ENOMEM;
	}
	while (left > 0 && (got = fread(piece, 1, left < PIECE ? left : PIECE, f)) > 0) {
		left -= got;
		z.next_in = piece;
		z.avail_in = (uInt)got;
		deflate(&z, Z_NO_FLUSH);
	}
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		ret = (ssize_t)z.total_out;
	deflateEnd(&z);
	fclose(f);
	return ret;
}

static void deflate_free(struct pvq_load *load)
{
	struct deflate_files *files = load->priv;

	for (size_t i = 0; files && i < files->count; i++)
		free(files->path[i]);
	free(files);
}

const struct pvq_task pvq_task_deflate = {
	.name = "deflate",
	.summary = "reads and compresses real files: uneven CPU work and file reading",
	.plain = "files to compress",
	.situation = PVQ_SITUATION_UNEVEN,
	.args = deflate_args,
	.uneven = 1,
	.build = deflate_build,
	.input = deflate_input,
	.run = deflate_run,
	.expect = deflate_expect,
	.free = deflate_free,
};
