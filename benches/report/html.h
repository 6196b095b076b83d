/* html.h: turns Markdown into one self-contained HTML page, with style and pictures inside. */
#ifndef PVQ_HTML_H
#define PVQ_HTML_H

#include "results/summary.h"

#include <stddef.h>
#include <stdio.h>

/* A part of the page: a chapter. */
struct pvq_html_part {
	size_t at;          /* where its Markdown begins */
	const char *anchor; /* the name of its first heading within links; borrowed */
	int fold;           /* 1: closed, until the reader opens it */
	const char *script; /* an asset that the page runs if the part is not empty; NULL: none */
};

/* In the order of `at`; the first one begins at 0. */
struct pvq_html_parts {
	struct pvq_html_part *part;
	size_t count;
};

/* Writes the page, with page.js, which finds `facts` (JSON) in it; facts NULL: without scripts. Pictures given as plots/NAME.svg are read from DIR and embedded; one that cannot be read stays a
 * link. Behind a picture go the data for scripts in plots/NAME.json, if there are any, as an element <script> whose class
 * is NAME up to its first dash. Raw HTML in the Markdown is shown as text. 0; -ENOMEM; -EINVAL: md4c does not accept the Markdown. The caller
 * checks the stream for errors. */
int pvq_html_write(FILE *f, const char *markdown, size_t len, const struct pvq_html_parts *,
	const char *dir, const char *facts);

/* What page.js has to know: {"series": [{"name", "colour"}, …]}, the strategies as the pictures draw them. The caller
 * frees it; NULL: out of memory. */
char *pvq_page_facts(const struct pvq_summary *);

#endif
