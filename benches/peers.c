/* peers.h: looks for peers, and keeps what they said. */
#include "peers.h"
#include "child.h"
#include "launch.h"
#include "peer.h"
#include "rundir.h"
#include "table.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char peers_file[] = "peers.csv";
static const double describe_s =
	20; /* time for a peer to say what it is: an interpreter on a busy machine */

/* A peer's descriptor and the texts that it points to; lives as long as the process. */
struct peer {
	struct pvq_impl impl;
	struct pvq_peer_entry entry;
	char program[PATH_MAX];
};

int pvq_impl_is_peer(const struct pvq_impl *impl)
{
	return impl->program != NULL;
}

int pvq_peers_known(void)
{
	size_t i = 0;

	while (pvq_impls[i] && !pvq_impl_is_peer(pvq_impls[i]))
		i++;
	return pvq_impls[i] != NULL;
}

static int is_known(const char *name)
{
	for (int i = 0; pvq_impls[i]; i++)
		if (strcmp(pvq_impls[i]->name, name) == 0)
			return 1;
	return 0;
}

/* Peers follow what is linked in, by their names. */
static int by_name(const void *x, const void *y)
{
	const struct pvq_impl *a = *(const struct pvq_impl *const *)x,
			      *b = *(const struct pvq_impl *const *)y;

	return strcmp(a->name, b->name);
}

static int add_peer(const struct pvq_peer_entry *entry, const char *program)
{
	static const struct pvq_impl **list; /* pvq_impls, once there is a peer */
	const struct pvq_impl **longer;
	struct peer *peer = malloc(sizeof(*peer));
	size_t count = 0, linked_in = 0;

	if (!peer)
		return -ENOMEM;
	while (pvq_impls[count])
		linked_in += !pvq_impl_is_peer(pvq_impls[count++]);
	longer = realloc(list, (count + 2) * sizeof(struct pvq_impl *));
	if (!longer) {
		free(peer);
		return -ENOMEM;
	}
	if (!list)
		memcpy(longer, pvq_impls, count * sizeof(struct pvq_impl *));
	pvq_impls = list = longer;
	peer->entry = *entry;
	snprintf(peer->program, sizeof(peer->program), "%s", program);
	peer->impl = (struct pvq_impl){.name = peer->entry.impl,
		.summary = peer->entry.summary,
		.order = (enum pvq_order)entry->order,
		.in_via = (enum pvq_via)entry->in_via,
		.out_via = (enum pvq_via)entry->out_via,
		/* What others are measured against, and the suite's measure of itself, are its own. */
		.flags = pvq_peer_flags_read(entry->flags) & ~(unsigned)(PVQ_BASELINE | PVQ_HARNESS),
		.version = entry->version[0] ? peer->entry.version : NULL,
		.program = peer->program,
		.unavailable = entry->unavailable[0] ? peer->entry.unavailable : NULL};
	list[count] = &peer->impl;
	list[count + 1] = NULL;
	qsort(list + linked_in, count + 1 - linked_in, sizeof(struct pvq_impl *), by_name);
	return 0;
}

/* As file names, CSV and command lines take it; "peers" stands for all of them. */
static int is_name(const char *name)
{
	return name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
	       strcmp(name, "peers") != 0;
}

/* Takes in what a description or a peers.csv holds. 0 or -errno with *problem said. */
static int add_all(FILE *f, const char *program, char problem[PVQ_PROBLEM_MAX])
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read(&pvq_peer_table, f, &rows);
	const struct pvq_peer_entry *entry = rows.row;

	snprintf(problem, PVQ_PROBLEM_MAX, "%s", rows.problem);
	for (size_t i = 0; ret == 0 && i < rows.count; i++)
		if (!is_name(entry[i].impl)) {
			snprintf(problem, PVQ_PROBLEM_MAX,
				"'%s' is no name: lower case letters, digits and _", entry[i].impl);
			ret = -EBADMSG;
		} else if (!is_known(entry[i].impl)) {
			ret = add_peer(&entry[i], program);
		}
	if (ret == -ENOMEM)
		snprintf(problem, PVQ_PROBLEM_MAX, "no memory");
	free(rows.row);
	return ret;
}

/* 0, whatever it said, or -EINTR. */
static int ask(const char *program)
{
	char path[PATH_MAX], word[] = "describe", problem[PVQ_PROBLEM_MAX] = "", fate[64];
	char *argv[] = {path, word, NULL};
	int fd = memfd_create("describe", MFD_CLOEXEC), wstatus = 0, ret;
	const struct pvq_launch_io io = {.out_fd = fd, .err_fd = STDERR_FILENO};
	FILE *f = fd < 0 ? NULL : fdopen(fd, "r+e");

	if (!f) {
		fprintf(stderr, "pvq: %s: %s\n", program, strerror(errno));
		return 0;
	}
	snprintf(path, sizeof(path), "%s", program);
	ret = pvq_launch_command(argv, ".", describe_s, &io, &wstatus);
	if (ret == -EINTR) {
		fclose(f);
		return ret;
	}
	if (ret)
		snprintf(problem, sizeof(problem), "%s",
			ret == -ETIMEDOUT
				? "no answer to `describe` in time; mend it, or move it out of that folder"
				: strerror(-ret));
	else if (wstatus)
		snprintf(problem, sizeof(problem), "`describe` ended with %s",
			pvq_child_fate(wstatus, fate, sizeof(fate)));
	rewind(f);
	if (!problem[0])
		(void)add_all(f, program, problem);
	fclose(f);
	if (problem[0])
		fprintf(stderr, "pvq: %s is no peer: %s\n", program, problem);
	return 0;
}

/* The folder of peers. 0 or -errno. */
static int find_folder(char folder[PATH_MAX])
{
	const char *named = getenv("PVQ_PEERS");
	ssize_t len;
	char *slash;

	if (named)
		return realpath(named, folder) ? 0 : -errno;
	len = readlink("/proc/self/exe", folder, PATH_MAX - 1);
	if (len <= 0)
		return -errno;
	folder[len] = '\0';
	slash = strrchr(folder, '/');
	if (!slash || slash + sizeof("/peers") > folder + PATH_MAX)
		return -ENAMETOOLONG;
	memcpy(slash, "/peers", sizeof("/peers"));
	return 0;
}

static int is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

void pvq_peers_find(void)
{
	static int done;
	char folder[PATH_MAX], path[PATH_MAX];
	struct dirent **entry;
	int count, ret = 0;

	if (done)
		return;
	done = 1;
	count = find_folder(folder) ? -1 : scandir(folder, &entry, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (snprintf(path, sizeof(path), "%s/%s", folder, entry[i]->d_name) < (int)sizeof(path) &&
			ret == 0 && is_program(path))
			ret = ask(path); /* a signal is for all of them; the next trial ends with it */
		free(entry[i]);
	}
	if (count >= 0)
		free(entry);
	else if (getenv("PVQ_PEERS"))
		fprintf(stderr, "pvq: cannot look for peers in %s: %s\n", getenv("PVQ_PEERS"),
			strerror(errno));
}

int pvq_peers_write(const char *dir)
{
	size_t linked_in = 0;
	FILE *f = pvq_rundir_open(dir, peers_file, "we");
	int ret;

	if (!f)
		return -EIO;
	while (pvq_impls[linked_in] && !pvq_impl_is_peer(pvq_impls[linked_in]))
		linked_in++;
	ret = pvq_peer_describe(f, pvq_impls + linked_in);
	if (fclose(f) && ret == 0)
		ret = -errno;
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, peers_file, strerror(-ret));
	return ret;
}

int pvq_peers_read(const char *dir)
{
	char path[PATH_MAX], problem[PVQ_PROBLEM_MAX];
	FILE *f;
	int ret;

	if (snprintf(path, sizeof(path), "%s/%s", dir, peers_file) >= (int)sizeof(path) ||
		access(path, F_OK))
		return 0;
	f = pvq_rundir_open(dir, peers_file, "re");
	if (!f)
		return -EIO;
	ret = add_all(f, "", problem);
	fclose(f);
	if (ret)
		fprintf(stderr, "pvq: %s: %s\n", path, problem);
	return ret;
}
