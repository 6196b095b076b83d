/* asset.c: finds a text compiled into the binary. */
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
