/* twin.c: parses names of twins, "STRATEGY~PERCENT". */
#include "trial/twin.h"
#include "base/parse.h"
#include "trial/spec.h"

#include <string.h>

static const char mark = '~';

size_t pvq_twin_stem(const char *name)
{
	const char *at = strchr(name, mark);

	return at ? (size_t)(at - name) : strlen(name);
}

const struct pvq_impl *pvq_twin_find(const struct pvq_registry *registry, const char *name, unsigned *twin)
{
	size_t stem = pvq_twin_stem(name);
	char own[PVQ_NAME_MAX];
	uint64_t percent = 0;

	*twin = 0;
	if (!name[stem])
		return pvq_registry_find(registry, name);
	if (pvq_parse_count(
		    "the percentage behind '~'", name + stem + 1, 0, PVQ_TWIN_PERCENT_MAX, &percent))
		return NULL;
	*twin = 1 + (unsigned)percent;
	snprintf(own, sizeof(own), "%.*s", (int)stem, name);
	return pvq_registry_find(registry, own);
}

void pvq_twin_name(char name[PVQ_NAME_MAX], const struct pvq_impl *impl, unsigned twin)
{
	if (twin)
		snprintf(name, PVQ_NAME_MAX, "%s%c%u", impl->name, mark, twin - 1);
	else
		snprintf(name, PVQ_NAME_MAX, "%s", impl->name);
}
