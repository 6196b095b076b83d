/* items.c: reads a source of items, and cuts it. */
#include "items.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 1 << 16 };

/* ---- reading ---- */

/* Copies what can be read of a descriptor to another. 0 or -errno. */
static int copy_all(int from, int to)
{
	char piece[PIECE];
	ssize_t got;

	while ((got = read(from, piece, sizeof(piece))) != 0) {
		if (got < 0 && errno != EINTR)
			return -errno;
		for (ssize_t done = 0, wrote; done<got; done += wrote> 0 ? wrote : 0) {
			wrote = write(to, piece + done, (size_t)(got - done));
			if (wrote < 0 && errno != EINTR)
				return -errno;
		}
	}
	return 0;
}

/* Makes standard input a file that can be read again. 0 or -errno. */
static int keep_stdin(void)
{
	int fd, ret;

	if (lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
		return 0;
	fd = memfd_create("pvq-items", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = copy_all(STDIN_FILENO, fd);
	if (ret == 0 && (lseek(fd, 0, SEEK_SET) < 0 || dup2(fd, STDIN_FILENO) < 0))
		ret = -errno;
	close(fd);
	return ret;
}

/* Reads a file from its present position on, which stays: another process may share it. 0 or -errno. */
static int read_all(int fd, char **text, size_t *len)
{
	off_t from = lseek(fd, 0, SEEK_CUR);
	size_t room = 0;
	ssize_t got;

	*len = 0;
	do {
		if (room - *len < PIECE) {
			char *more = realloc(*text, room = 2 * room + PIECE);

			if (!more)
				return -ENOMEM;
			*text = more;
		}
		got = from < 0 ? read(fd, *text + *len, room - *len)
			       : pread(fd, *text + *len, room - *len, from + (off_t)*len);
		*len += got > 0 ? (size_t)got : 0;
	} while (got > 0 || (got < 0 && errno == EINTR));
	return got < 0 ? -errno : 0;
}

static int read_file(const char *path, char **text, size_t *len)
{
	int fd, ret;

	if (strcmp(path, "-") == 0) {
		ret = keep_stdin();
		return ret ? ret : read_all(STDIN_FILENO, text, len);
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = read_all(fd, text, len);
	close(fd);
	return ret;
}

/* Makes a text of all paths that the pattern matches, each behind the other with a NUL. 0 or -errno. */
static int read_pattern(const char *pattern, char **text, size_t *len)
{
	glob_t found;
	FILE *f = open_memstream(text, len);
	int ret = glob(pattern, GLOB_MARK, NULL, &found);

	for (size_t i = 0; f && ret == 0 && i < found.gl_pathc; i++)
		if (found.gl_pathv[i][strlen(found.gl_pathv[i]) - 1] != '/')
			fwrite(found.gl_pathv[i], 1, strlen(found.gl_pathv[i]) + 1, f);
	globfree(&found);
	if (!f || fclose(f))
		return -ENOMEM;
	return ret == 0 || ret == GLOB_NOMATCH ? 0 : ret == GLOB_NOSPACE ? -ENOMEM : -EACCES;
}

/* ---- cutting ---- */

static int add_item(struct pvq_items *items, const char *from, size_t len, size_t *room)
{
	if (items->count == *room) {
		size_t more = *room ? 2 * *room : 64;
		struct pvq_span *longer = realloc(items->item, more * sizeof(*longer));

		if (!longer)
			return -ENOMEM;
		items->item = longer;
		*room = more;
	}
	items->item[items->count++] = (struct pvq_span){.ptr = from, .len = len};
	items->longest = len > items->longest ? len : items->longest;
	return 0;
}

static int cut(struct pvq_items *items, size_t len, const struct pvq_items_cut *how)
{
	const char *at = items->text, *end = at + len;
	size_t room = 0;
	int ret = 0;

	while (ret == 0 && at < end) {
		size_t left = (size_t)(end - at);
		const char *stop = how->record ? NULL : memchr(at, how->separator, left);
		size_t size = how->record && how->record < left ? how->record
			      : stop                            ? (size_t)(stop - at)
								: left;

		if (size > 0)
			ret = add_item(items, at, size, &room);
		at += size + (stop != NULL);
	}
	return ret;
}

int pvq_items_read(struct pvq_items *items, const char *source, const struct pvq_items_cut *how,
	const char *task, struct pvq_error *err)
{
	static const struct pvq_items_cut paths = {.separator = '\0'};
	int pattern = source[strcspn(source, "*?[")] && access(source, F_OK), ret;
	size_t len = 0;

	*items = (struct pvq_items){0};
	if (!source[0])
		return 0;
	ret = pattern ? read_pattern(source, &items->text, &len) : read_file(source, &items->text, &len);
	if (ret == 0)
		ret = cut(items, len, pattern ? &paths : how);
	if (ret)
		return pvq_fail(err, ret, "%s: cannot read the items of '%s'", task, source);
	if (items->count == 0)
		return pvq_fail(err, -ENOENT, "%s: no items in '%s'", task, source);
	if (items->longest > PVQ_BYTES_MAX)
		return pvq_fail(
			err, -EFBIG, "%s: an item of '%s' has %zu bytes", task, source, items->longest);
	return 0;
}

void pvq_items_free(struct pvq_items *items)
{
	free(items->text);
	free(items->item);
	*items = (struct pvq_items){0};
}

struct pvq_span pvq_items_at(const struct pvq_items *items, uint64_t id, void *scratch)
{
	if (items->count)
		return items->item[id % items->count];
	return (struct pvq_span){
		.ptr = scratch, .len = (size_t)snprintf(scratch, PVQ_SCRATCH, "%" PRIu64, id + 1)};
}
