/* cellname.c: composes the name, and the command. */
#include "results/cellname.h"
#include "base/quote.h"

#include <ctype.h>
#include <string.h>

void pvq_cellname(char name[PVQ_CELLNAME_MAX], const struct pvq_summary *s, const struct pvq_work *work,
	const struct pvq_cell *cell)
{
	const struct pvq_row *key = cell->key;
	unsigned varies = s->series[cell->series].varies;
	size_t used = (size_t)snprintf(name, PVQ_CELLNAME_MAX, "%s/%s/workers:%u/cores:%u", work->label,
		key->impl, key->workers, key->cores);

	if (varies & PVQ_VARIES_CHUNK)
		used += (size_t)snprintf(name + used, PVQ_CELLNAME_MAX - used, "/chunk:%u", key->chunk);
	if (varies & PVQ_VARIES_WINDOW)
		snprintf(name + used, PVQ_CELLNAME_MAX - used, "/window:%u", key->window);
	for (; *name; name++)
		if (isspace((unsigned char)*name) || iscntrl((unsigned char)*name))
			*name = '_';
}

void pvq_row_command(FILE *f, const struct pvq_row *key)
{
	char task[PVQ_NAME_MAX + PVQ_ARGS_TEXT];

	snprintf(task, sizeof(task), "%s%s%s", key->task, key->args[0] ? ":" : "", key->args);
	fputs("build/pvq run --impl ", f);
	pvq_quote_word(f, key->impl);
	fputs(" --task ", f);
	pvq_quote_word(f, task);
	fprintf(f, " --n %llu --workers %u --cores %u", (unsigned long long)key->n, key->workers,
		key->cores);
	if (key->chunk)
		fprintf(f, " --chunk %u", key->chunk);
	if (key->window)
		fprintf(f, " --window %u", key->window);
	if (key->seed != 1)
		fprintf(f, " --seed %llu", (unsigned long long)key->seed);
}
