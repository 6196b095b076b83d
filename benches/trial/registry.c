/* registry.c: the strategies that are linked in, and those that peers described. */
#include "trial/registry.h"
#include "base/outfile.h"
#include "base/parse.h"
#include "trial/describe.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char peers_file[] = "peers.csv";

/* A peer's descriptor and the texts that it points to. */
struct peer {
	struct pvq_impl impl; /* must be first: the registry's pointer to it frees the whole */
	struct pvq_peer_entry entry;
	char program[PATH_MAX];
};

int pvq_impl_is_peer(const struct pvq_impl *impl)
{
	return impl->program != NULL;
}

const struct pvq_impl *pvq_registry_at(const struct pvq_registry *r, size_t i)
{
	size_t own = 0;

	while (own < i && r->linked_in[own])
		own++;
	if (r->linked_in[own])
		return r->linked_in[own];
	return i - own < r->peers ? r->peer[i - own] : NULL;
}

size_t pvq_registry_rank(const struct pvq_registry *r, const char *name)
{
	const struct pvq_impl *impl;
	size_t i = 0;

	while ((impl = pvq_registry_at(r, i)) && strcmp(impl->name, name) != 0)
		i++;
	return i;
}

const struct pvq_impl *pvq_registry_get(const struct pvq_registry *r, const char *name)
{
	return pvq_registry_at(r, pvq_registry_rank(r, name));
}

static const char *name_at(const void *registry, size_t i)
{
	const struct pvq_impl *impl = pvq_registry_at(registry, i);

	return impl ? impl->name : NULL;
}

const struct pvq_impl *pvq_registry_find(const struct pvq_registry *r, const char *name)
{
	const struct pvq_impl *impl = pvq_registry_get(r, name);

	if (!impl)
		pvq_unknown("strategy", name, name_at, r,
			r->peers
				? NULL
				: "no peers are built: 'make peers-built' builds them, 'make peers' measures them too");
	return impl;
}

const struct pvq_impl *pvq_registry_flagged(const struct pvq_registry *r, unsigned flag)
{
	const struct pvq_impl *impl;
	size_t i = 0;

	while ((impl = pvq_registry_at(r, i)) && !(impl->flags & flag))
		i++;
	return impl;
}

static int by_name(const void *x, const void *y)
{
	const struct pvq_impl *a = *(const struct pvq_impl *const *)x,
			      *b = *(const struct pvq_impl *const *)y;

	return strcmp(a->name, b->name);
}

static int add_peer(struct pvq_registry *r, const struct pvq_peer_entry *entry, const char *program)
{
	const struct pvq_impl **longer = realloc(r->peer, (r->peers + 2) * sizeof(struct pvq_impl *));
	struct peer *peer = malloc(sizeof(*peer));

	if (longer)
		r->peer = longer;
	if (!longer || !peer) {
		free(peer);
		return -ENOMEM;
	}
	peer->entry = *entry;
	snprintf(peer->program, sizeof(peer->program), "%s", program);
	peer->impl = (struct pvq_impl){.name = peer->entry.impl,
		.summary = peer->entry.summary,
		.order = (enum pvq_order)entry->order,
		.in_via = (enum pvq_via)entry->in_via,
		.out_via = (enum pvq_via)entry->out_via,
		/* A peer can be neither the baseline nor the measure of the harness. */
		.flags = pvq_peer_flags_read(entry->flags) & ~(unsigned)(PVQ_BASELINE | PVQ_HARNESS),
		.version = entry->version[0] ? peer->entry.version : NULL,
		.program = peer->program,
		.unavailable = entry->unavailable[0] ? peer->entry.unavailable : NULL};
	r->peer[r->peers++] = &peer->impl;
	r->peer[r->peers] = NULL;
	qsort(r->peer, r->peers, sizeof(struct pvq_impl *), by_name);
	return 0;
}

void pvq_registry_free(struct pvq_registry *r)
{
	for (size_t i = 0; i < r->peers; i++)
		free((void *)(uintptr_t)r->peer[i]); /* a struct peer's first member */
	free(r->peer);
	r->peer = NULL;
	r->peers = 0;
}

/* Whether file names, CSV and command lines all take the name. "peers" is reserved: it stands for all peers. */
static int is_name(const char *name)
{
	return name[0] && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
	       strcmp(name, "peers") != 0;
}

/* Adds the entries that are not yet known. 0, or -errno with `problem` filled. */
static int add_entries(struct pvq_registry *r, const struct pvq_table_rows *rows, const char *program,
	char problem[PVQ_PROBLEM_MAX])
{
	const struct pvq_peer_entry *entry = rows->row;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < rows->count; i++)
		if (!is_name(entry[i].impl)) {
			snprintf(problem, PVQ_PROBLEM_MAX,
				"'%s' is not a valid name: use lower-case letters, digits and _",
				entry[i].impl);
			ret = -EBADMSG;
		} else if (!pvq_registry_get(r, entry[i].impl)) {
			ret = add_peer(r, &entry[i], program);
		}
	if (ret == -ENOMEM)
		snprintf(problem, PVQ_PROBLEM_MAX, "out of memory");
	return ret;
}

/* Marks a peer built with the library of another build as stale: its tasks and structs may differ. */
static void check_contract(struct pvq_peer_entry *entry)
{
	if (entry->contract[0] && !entry->unavailable[0] && strcmp(entry->contract, pvq_contract) != 0)
		snprintf(entry->unavailable, sizeof(entry->unavailable), "stale: run make peers");
}

int pvq_registry_add(struct pvq_registry *r, FILE *f, const char *program, char problem[PVQ_PROBLEM_MAX])
{
	struct pvq_table_rows rows;
	int ret = pvq_table_read(&pvq_peer_table, f, &rows);

	snprintf(problem, PVQ_PROBLEM_MAX, "%s", rows.problem);
	for (size_t i = 0; ret == 0 && i < rows.count; i++)
		check_contract((struct pvq_peer_entry *)rows.row + i);
	if (ret == 0)
		ret = add_entries(r, &rows, program, problem);
	free(rows.row);
	return ret;
}

int pvq_peers_write(const struct pvq_registry *r, const char *dir)
{
	static const struct pvq_impl *const none[] = {NULL};
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret == 0)
		ret = pvq_peer_describe(out.f, r->peers ? r->peer : none, "");
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, peers_file, strerror(-ret));
	else
		ret = pvq_outfile_write(&out, dir, peers_file);
	pvq_outfile_free(&out);
	return ret;
}

int pvq_peers_read(struct pvq_registry *r, const char *dir)
{
	char problem[PVQ_PROBLEM_MAX];
	struct pvq_table_rows rows;
	int ret = pvq_table_read_file(dir, peers_file, &pvq_peer_table, &rows);

	if (ret == 0) {
		ret = add_entries(r, &rows, "", problem);
		if (ret)
			fprintf(stderr, "pvq: %s/%s: %s\n", dir, peers_file, problem);
	}
	free(rows.row);
	return ret == -ENOENT ? 0 : ret;
}
