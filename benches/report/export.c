/* export.c: writes the files. */
#include "report/export.h"

#include "base/outfile.h"

#include <errno.h>
#include <string.h>

static int export_put(FILE *f, json_t *root)
{
	/* 15 digits are what a double always holds; with more, 0.1 would not be written as 0.1. */
	int bad = !root || json_dumpf(root, f, JSON_INDENT(1) | JSON_REAL_PRECISION(15));

	json_decref(root);
	fputc('\n', f);
	return bad ? -ENOMEM : 0;
}

/* Takes root. */
static int export_file(const char *dir, const char *name, json_t *root)
{
	struct pvq_outfile out;
	int ret = pvq_outfile_begin(&out);

	if (ret) {
		json_decref(root);
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, name, strerror(-ret));
		return ret;
	}
	ret = export_put(out.f, root);
	if (ret)
		fprintf(stderr, "pvq: cannot write %s/%s: %s\n", dir, name, strerror(-ret));
	else
		ret = pvq_outfile_write(&out, dir, name);
	pvq_outfile_free(&out);
	return ret;
}

int pvq_export_write(const char *dir, const struct pvq_summary *s, const struct pvq_manifest *facts)
{
	int ret = export_file(dir, "benchmark.json", pvq_export_google(s, facts));

	return ret ? ret : export_file(dir, "bmf.json", pvq_export_bencher(s));
}
