/* asset.h: texts compiled into the binary, so that it works from any folder: gnuplot templates, the style sheet,
 * skeletons, and what the binary was built from. The Makefile generates the table.
 */
#ifndef PVQ_ASSET_H
#define PVQ_ASSET_H

struct pvq_asset {
	const char *name; /* file name without folder; NULL ends the table */
	const char *text;
};

extern const struct pvq_asset pvq_assets[];
extern const char pvq_revision[]; /* git revision, with "-dirty" appended if the tree was not clean */
extern const char pvq_compiler[];
extern const char pvq_cflags[];

/* The text of an asset; NULL: none has that name. */
const char *pvq_asset(const char *name);

#endif
