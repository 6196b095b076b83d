/* html.h: Markdown to one HTML page that needs nothing else: style and pictures are inside. */
#ifndef PVQ_HTML_H
#define PVQ_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Writes the page. Pictures given as plots/NAME.svg are read from DIR and embedded; one that cannot be
 * read is left as a link. Raw HTML in the Markdown is shown as text. 0, or -ENOMEM, -EINVAL where the
 * text is no Markdown that md4c accepts; the stream's own errors are the caller's to look at. */
int pvq_html_write(FILE *f, const char *markdown, size_t len, const char *dir);

#endif
