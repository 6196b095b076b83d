/* list.c: `pvq list`: lists strategies, peers and tasks, from their descriptors. */
#include "base/parse.h"
#include "cmd/cmd.h"
#include "drive/peers.h"
#include "trial/registry.h"

#include <stdio.h>
#include <string.h>

static void list_arg(const struct pvq_arg *arg)
{
	printf("      %s=%s  %s", arg->name, arg->def, arg->help);
	if (arg->kind == PVQ_ARG_COUNT || arg->kind == PVQ_ARG_REAL)
		printf(" (%.15g to %.15g)", arg->min, arg->max);
	for (int i = 0; arg->words && arg->words[i]; i++)
		printf("%s%s%s", i ? "|" : " (", arg->words[i], arg->words[i + 1] ? "" : ")");
	putchar('\n');
}

/* Lists the strategies that are linked in, or the peers. */
static void list_impls(const struct pvq_registry *registry, int peers)
{
	const struct pvq_impl *impl;

	for (size_t i = 0; (impl = pvq_registry_at(registry, i)); i++) {
		if (pvq_impl_is_peer(impl) != peers)
			continue;
		if (impl->unavailable)
			printf("  %-27s unavailable: %s\n", impl->name, impl->unavailable);
		else
			printf("  %-27s %s\n", impl->name, impl->summary);
	}
}

static void list_strategies(const struct pvq_registry *registry)
{
	printf("Strategies (--impl):\n");
	list_impls(registry, 0);
}

static void list_peers(const struct pvq_registry *registry)
{
	printf("Peers (--impl; strategies of other libraries and languages):\n");
	list_impls(registry, 1);
	if (!registry->peers)
		printf("  none is built: 'make peers-built' builds them, 'make peers' measures them too\n");
}

static void list_tasks(void)
{
	printf("Tasks (--task name:argument=value,...), each argument with its default:\n");
	for (int i = 0; pvq_tasks[i]; i++) {
		printf("  %-27s %s\n", pvq_tasks[i]->name, pvq_tasks[i]->summary);
		for (const struct pvq_arg *arg = pvq_tasks[i]->args; arg && arg->name; arg++)
			list_arg(arg);
	}
}

/* What can be listed, in this order. */
enum { STRATEGIES, PEERS, TASKS, KINDS };

static const char *const kinds[] = {"strategies", "peers", "tasks", NULL};

static int run(const struct pvq_call *call)
{
	const char *word = call->given.words ? call->given.word[0] : NULL;
	int only = 0; /* without a word: all */

	while (word && only < KINDS && strcmp(word, kinds[only]) != 0)
		only++;
	if (only == KINDS) {
		pvq_unknown("kind", word, pvq_word_at, kinds, NULL);
		return PVQ_EXIT_USAGE;
	}
	if (!word || only == PEERS)
		pvq_peers_find(call->registry);
	if (!word || only == STRATEGIES)
		list_strategies(call->registry);
	if (!word)
		putchar('\n');
	if (!word || only == PEERS)
		list_peers(call->registry);
	if (!word)
		putchar('\n');
	if (!word || only == TASKS)
		list_tasks();
	return pvq_cmd_flush();
}

const struct pvq_command pvq_command_list = {
	.syntax = {.name = "pvq list",
		.summary = "List strategies, peers and tasks, with their arguments.",
		.words = "[strategies|peers|tasks]",
		.words_help = "list takes one kind: strategies, peers or tasks; without one it lists all",
		.most = 1},
	.run = run,
};
