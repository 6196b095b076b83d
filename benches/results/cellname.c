/* cellname.c: composes the name. */
#include "results/cellname.h"

#include <ctype.h>
#include <string.h>

void pvq_cellname(char name[PVQ_CELLNAME_MAX], const struct pvq_summary *s, const struct pvq_work *work,
	const struct pvq_cell *cell)
{
	const struct pvq_row *key = cell->key;
	unsigned varies = cell->series < s->series_count ? s->series[cell->series].varies : 0;
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
