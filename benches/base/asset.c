/* asset.c: finds a text that was compiled in. */
#include "base/asset.h"

#include <stddef.h>
#include <string.h>

const char *pvq_asset(const char *name)
{
	for (const struct pvq_asset *a = pvq_assets; a->name; a++)
		if (strcmp(a->name, name) == 0)
			return a->text;
	return NULL;
}
