/* traits.c: the table of strategies' traits. */
#include "results/traits.h"
#include "base/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct pvq_trait *pvq_traits_find(const struct pvq_traits *t, const char *impl)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->of[i].impl, impl) == 0)
			return &t->of[i];
	return NULL;
}

struct pvq_trait *pvq_traits_of(struct pvq_traits *t, const char *impl)
{
	struct pvq_trait *more = (struct pvq_trait *)pvq_traits_find(t, impl);

	if (more)
		return more;
	more = pvq_grow(t->of, t->count, sizeof(*more));
	if (!more)
		return NULL;
	t->of = more;
	more += t->count++;
	*more = (struct pvq_trait){0};
	snprintf(more->impl, sizeof(more->impl), "%s", impl);
	return more;
}

void pvq_traits_free(struct pvq_traits *t)
{
	free(t->of);
	*t = (struct pvq_traits){0};
}
