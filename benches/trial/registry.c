/* registry.c: strategies that are linked in, and those that others told of. */
#include "trial/registry.h"
#include "base/rundir.h"
#include "trial/peer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char peers_file[] = "peers.csv";

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

/* Adds the entries that are not known yet. 0, or -errno with `problem` filled. */
static int add_entries(
	const struct pvq_table_rows *rows, const char *program, char problem[PVQ_PROBLEM_MAX])
{
	const struct pvq_peer_entry *entry = rows->row;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < rows->count; i++)
		if (!is_name(entry[i].impl)) {
			snprintf(problem, PVQ_PROBLEM_MAX,
				"'%s' is no name: lower case letters, digits and _", entry[i].impl);
			ret = -EBADMSG;
		} else if (!is_known(entry[i].impl)) {
			ret = add_peer(&entry[i], program);
		}
	if (ret == -ENOMEM)
		snprintf(problem, PVQ_PROBLEM_MAX, "no memory");
	return ret;
}

int pvq_registry_add(FILE *f, const char *program, char problem[PVQ_PROBLEM_MAX])
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read(&pvq_peer_table, f, &rows);

	snprintf(problem, PVQ_PROBLEM_MAX, "%s", rows.problem);
	if (ret == 0)
		ret = add_entries(&rows, program, problem);
	free(rows.row);
	return ret;
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
	char problem[PVQ_PROBLEM_MAX];
	struct pvq_table_rows rows;
	int ret = pvq_table_read_file(dir, peers_file, &pvq_peer_table, &rows);

	if (ret == 0) {
		ret = add_entries(&rows, "", problem);
		if (ret)
			fprintf(stderr, "pvq: %s/%s: %s\n", dir, peers_file, problem);
	}
	free(rows.row);
	return ret == -ENOENT ? 0 : ret;
}
