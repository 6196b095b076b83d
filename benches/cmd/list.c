/* list.c: `pvq list`: lists strategies, peers and tasks, from their descriptors. */
#include "base/parse.h"
#include "cmd/cmd.h"
#include "cmd/json.h"
#include "drive/peers.h"
#include "trial/registry.h"
#include "trial/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int as_json;

static const struct pvq_option options[] = {
	{"json", .help = "print as JSON", .kind = PVQ_OPTION_FLAG},
	{0},
};

/* ---- text ---- */

static void list_arg(const struct pvq_arg *arg)
{
	printf("      %s=%s  %s", arg->name, arg->def ? arg->def : "...", arg->help);
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
	if (registry->peers)
		printf("Peers (--impl; strategies of other libraries and languages):\n");
	else
		printf("Peers: none is built; 'make peers-built' builds them, 'make peers' measures them too\n");
	list_impls(registry, 1);
}

static void list_tasks(void)
{
	printf("Tasks (--task name:argument=value,...), each argument with its default (...: to be given):\n");
	for (int i = 0; pvq_tasks[i]; i++) {
		printf("  %-27s %s\n", pvq_tasks[i]->name, pvq_tasks[i]->summary);
		for (const struct pvq_arg *arg = pvq_tasks[i]->args; arg && arg->name; arg++)
			list_arg(arg);
	}
}

/* ---- JSON ---- */

static json_t *json_impls(const struct pvq_registry *registry, int peers)
{
	json_t *list = json_array();
	const struct pvq_impl *impl;

	for (size_t i = 0; (impl = pvq_registry_at(registry, i)); i++)
		if (pvq_impl_is_peer(impl) == peers)
			list = pvq_json_append(list,
				json_pack("{s:o,s:o,s:s,s:s,s:s,s:o}", "name", pvq_json_text(impl->name),
					"summary", pvq_json_text(impl->summary), "order",
					pvq_order_words[impl->order], "in_via", pvq_via_words[impl->in_via],
					"out_via", pvq_via_words[impl->out_via], "unavailable",
					pvq_json_text(impl->unavailable)));
	return list;
}

static json_t *json_arg(const struct pvq_arg *arg)
{
	static const char *const arg_kinds[] = {[PVQ_ARG_COUNT] = "count",
		[PVQ_ARG_REAL] = "real",
		[PVQ_ARG_WORD] = "word",
		[PVQ_ARG_TEXT] = "text"};
	static const char *const units[] = {[PVQ_UNIT_NONE] = NULL,
		[PVQ_UNIT_NS] = "ns",
		[PVQ_UNIT_US] = "us",
		[PVQ_UNIT_S] = "s",
		[PVQ_UNIT_BYTES] = "B",
		[PVQ_UNIT_KIB] = "KiB"};
	int ranged = arg->kind == PVQ_ARG_COUNT || arg->kind == PVQ_ARG_REAL;

	return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "name", arg->name, "help", arg->help, "kind",
		arg_kinds[arg->kind], "unit", pvq_json_text(units[arg->unit]), "default",
		pvq_json_text(arg->def), "min", pvq_json_real(ranged ? arg->min : NAN), "max",
		pvq_json_real(ranged ? arg->max : NAN), "words",
		arg->words ? pvq_json_words(arg->words) : json_null());
}

static json_t *json_tasks(void)
{
	json_t *list = json_array();

	for (int i = 0; pvq_tasks[i]; i++) {
		json_t *args = json_array();

		for (const struct pvq_arg *arg = pvq_tasks[i]->args; arg && arg->name; arg++)
			args = pvq_json_append(args, json_arg(arg));
		list = pvq_json_append(list, json_pack("{s:s,s:s,s:o}", "name", pvq_tasks[i]->name,
						     "summary", pvq_tasks[i]->summary, "args", args));
	}
	return list;
}

/* ---- the command ---- */

/* What can be listed, in this order. */
enum { STRATEGIES, PEERS, TASKS, KINDS };

static const char *const kinds[] = {"strategies", "peers", "tasks", NULL};

static int print_text(const struct pvq_registry *registry, const int wanted[KINDS])
{
	for (int kind = 0, begun = 0; kind < KINDS; kind++) {
		if (!wanted[kind])
			continue;
		if (begun++)
			putchar('\n');
		if (kind == STRATEGIES)
			list_strategies(registry);
		else if (kind == PEERS)
			list_peers(registry);
		else
			list_tasks();
	}
	return pvq_cmd_flush();
}

static int print_json(const struct pvq_registry *registry, const int wanted[KINDS])
{
	json_t *object = json_object();

	for (int kind = 0; object && kind < KINDS; kind++)
		if (wanted[kind] &&
			json_object_set_new(object, kinds[kind],
				kind == TASKS ? json_tasks() : json_impls(registry, kind == PEERS))) {
			json_decref(object);
			object = NULL;
		}
	return pvq_json_print(object);
}

static int run(const struct pvq_call *call)
{
	const char *word = call->given.words ? call->given.word[0] : NULL;
	int wanted[KINDS], any = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		wanted[kind] = !word || strcmp(word, kinds[kind]) == 0;
		any |= wanted[kind];
	}
	if (!any) {
		pvq_unknown("kind", word, pvq_word_at, kinds, NULL);
		return PVQ_EXIT_USAGE;
	}
	if (wanted[PEERS])
		pvq_peers_find(call->registry);
	return as_json ? print_json(call->registry, wanted) : print_text(call->registry, wanted);
}

const struct pvq_command pvq_command_list = {
	.syntax = {.name = "pvq list",
		.summary = "List strategies, peers and tasks, with their arguments.",
		.words = "[strategies|peers|tasks]",
		.choices = "strategies peers tasks",
		.words_help = "list takes one kind: strategies, peers or tasks; without one it lists all",
		.most = 1,
		.own = options},
	.into = &as_json,
	.run = run,
};
