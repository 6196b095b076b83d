/* browser.c: speaks the DevTools protocol over two pipes: messages in JSON, each with a NUL at its end. */
#include "browser.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Long enough for a loaded machine; only a browser that hangs takes so long. */
enum { PATIENCE_MS = 120000, FROM_US = 3, TO_US = 4 };

static const char *const browser_name[] = {"chromium", "chromium-browser", "google-chrome"};

static const char *browser_find(void)
{
	for (size_t i = 0; i < sizeof(browser_name) / sizeof(*browser_name); i++) {
		char command[64];

		snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", browser_name[i]);
		if (system(command) == 0)
			return browser_name[i];
	}
	return NULL;
}

int browser_installed(void)
{
	return browser_find() != NULL;
}

__attribute__((noreturn)) static void browser_child(const char *name, int in, int out, const char *profile)
{
	int null = open("/dev/null", O_RDWR);
	char user[96];

	snprintf(user, sizeof(user), "--user-data-dir=%s", profile);
	/* The protocol's descriptors have fixed numbers; move ours out of their way first. */
	in = fcntl(in, F_DUPFD, 10);
	out = fcntl(out, F_DUPFD, 10);
	if (in < 0 || out < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 ||
		dup2(in, FROM_US) < 0 || dup2(out, TO_US) < 0)
		_exit(126);
	execlp(name, name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--window-size=1280,900", user, "--remote-debugging-pipe", (char *)NULL);
	_exit(127);
}

static void browser_keep(struct browser *b, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT), *all = NULL;

	if (asprintf(&all, "%s%s\n", b->problems ? b->problems : "", text) < 0)
		abort();
	free(b->problems);
	free(text);
	b->problems = all;
}

/* Takes an event. */
static void browser_event(struct browser *b, json_t *message)
{
	static const char *const problem[] = {
		"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"};
	const char *method = json_string_value(json_object_get(message, "method"));

	for (size_t i = 0; method && i < sizeof(problem) / sizeof(*problem); i++)
		if (strcmp(method, problem[i]) == 0)
			browser_keep(b, message);
	if (method && strcmp(method, "Page.loadEventFired") == 0)
		b->loads++;
}

/* Reads the next message. */
static json_t *browser_read(struct browser *b)
{
	char *end;
	json_t *message;

	while (!(end = b->len ? memchr(b->in, '\0', b->len) : NULL)) {
		struct pollfd wait = {.fd = b->from, .events = POLLIN};
		ssize_t got;

		if (b->len == b->room) {
			b->room = b->room ? 2 * b->room : 1 << 16;
			b->in = realloc(b->in, b->room);
			assert_non_null(b->in);
		}
		if (poll(&wait, 1, PATIENCE_MS) <= 0)
			fail_msg("the browser does not answer");
		got = read(b->from, b->in + b->len, b->room - b->len);
		if (got <= 0)
			fail_msg("the browser has ended");
		b->len += (size_t)got;
	}
	message = json_loads(b->in, 0, NULL);
	assert_non_null(message);
	b->len -= (size_t)(end + 1 - b->in);
	memmove(b->in, end + 1, b->len);
	return message;
}

static void browser_write(struct browser *b, json_t *message)
{
	char *text = json_dumps(message, JSON_COMPACT);
	size_t len = strlen(text) + 1;

	for (size_t done = 0; done < len;) {
		ssize_t put = write(b->to, text + done, len - done);

		assert_true(put > 0);
		done += (size_t)put;
	}
	free(text);
	json_decref(message);
}

json_t *browser_call(struct browser *b, const char *method, json_t *params)
{
	json_t *message = json_pack("{s:i, s:s, s:o}", "id", ++b->id, "method", method, "params",
		params ? params : json_object());

	if (b->session[0])
		json_object_set_new(message, "sessionId", json_string(b->session));
	browser_write(b, message);
	while (message = browser_read(b), json_integer_value(json_object_get(message, "id")) != b->id) {
		browser_event(b, message);
		json_decref(message);
	}
	if (json_object_get(message, "error"))
		fail_msg("%s: %s", method, json_dumps(message, 0));
	params = json_incref(json_object_get(message, "result"));
	json_decref(message);
	return params;
}

/* A call whose result does not matter. */
static void browser_do(struct browser *b, const char *method, json_t *params)
{
	json_decref(browser_call(b, method, params));
}

void browser_start(struct browser *b)
{
	const char *name = browser_find();
	int to[2], from[2];
	json_t *target, *result;

	memset(b, 0, sizeof(*b));
	strcpy(b->profile, "/tmp/pvq-browser.XXXXXX");
	assert_non_null(mkdtemp(b->profile));
	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	b->pid = fork();
	assert_true(b->pid >= 0);
	if (b->pid == 0)
		browser_child(name, to[0], from[1], b->profile);
	close(to[0]);
	close(from[1]);
	b->to = to[1];
	b->from = from[0];
	signal(SIGPIPE, SIG_IGN);
	target = browser_call(b, "Target.createTarget", json_pack("{s:s}", "url", "about:blank"));
	result = browser_call(b, "Target.attachToTarget",
		json_pack("{s:O, s:b}", "targetId", json_object_get(target, "targetId"), "flatten", 1));
	snprintf(b->session, sizeof(b->session), "%s",
		json_string_value(json_object_get(result, "sessionId")));
	json_decref(target);
	json_decref(result);
	browser_do(b, "Page.enable", NULL);
	browser_do(b, "Runtime.enable", NULL);
	browser_do(b, "Log.enable", NULL);
}

void browser_stop(struct browser *b)
{
	char command[96];

	kill(b->pid, SIGTERM);
	waitpid(b->pid, NULL, 0);
	close(b->to);
	close(b->from);
	free(b->in);
	free(b->problems);
	snprintf(command, sizeof(command), "rm -rf %s", b->profile);
	if (system(command))
		fprintf(stderr, "cannot remove %s\n", b->profile);
}

/* Goes to the URL, and waits until it is loaded. */
static void browser_go(struct browser *b, const char *url)
{
	int before = b->loads;

	browser_do(b, "Page.navigate", json_pack("{s:s}", "url", url));
	while (b->loads == before) {
		json_t *message = browser_read(b);

		browser_event(b, message);
		json_decref(message);
	}
}

void browser_open(struct browser *b, const char *url)
{
	browser_go(b, "about:blank"); /* or a URL that differs in its fragment alone would load nothing */
	browser_go(b, url);
}

char *browser_value(struct browser *b, const char *script)
{
	json_t *result = browser_call(b, "Runtime.evaluate",
		json_pack("{s:s, s:b, s:b}", "expression", script, "returnByValue", 1, "awaitPromise", 1));
	json_t *value = json_object_get(json_object_get(result, "result"), "value");
	char *text;

	if (json_object_get(result, "exceptionDetails"))
		fail_msg("%s\n%s", script, json_dumps(result, JSON_INDENT(1)));
	text = json_is_string(value) ? strdup(json_string_value(value))
	       : value               ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT)
				     : strdup("undefined");
	assert_non_null(text);
	json_decref(result);
	return text;
}

void browser_assert(struct browser *b, const char *script, const char *wanted)
{
	char *value = browser_value(b, script);

	if (strcmp(value, wanted) != 0)
		fail_msg("%s\nis '%s', not '%s'", script, value, wanted);
	free(value);
}

int browser_has_problems(const struct browser *b)
{
	if (b->problems)
		print_error("the console holds:\n%s\n", b->problems);
	return b->problems != NULL;
}

static void browser_mouse(struct browser *b, const char *type, double x, double y, const char *button)
{
	browser_do(b, "Input.dispatchMouseEvent",
		json_pack("{s:s, s:f, s:f, s:s, s:i}", "type", type, "x", x, "y", y, "button", button,
			"clickCount", strcmp(button, "none") != 0));
}

static void browser_place(struct browser *b, const char *element, double *x, double *y)
{
	char *script, *at;

	assert_true(
		asprintf(&script,
			"(() => { const e = %s; e.scrollIntoView({ block: 'center', behavior: "
			"'instant' }); const r = e.getBoundingClientRect(); return (r.x + r.width / 2) + ' ' + (r.y + "
			"r.height / 2); })()",
			element) > 0);
	at = browser_value(b, script);
	assert_int_equal(sscanf(at, "%lf %lf", x, y), 2);
	free(script);
	free(at);
}

void browser_point(struct browser *b, const char *element)
{
	double x, y;

	browser_place(b, element, &x, &y);
	browser_mouse(b, "mouseMoved", x, y, "none");
}

void browser_click(struct browser *b, const char *element)
{
	double x, y;

	browser_place(b, element, &x, &y);
	browser_mouse(b, "mouseMoved", x, y, "none");
	browser_mouse(b, "mousePressed", x, y, "left");
	browser_mouse(b, "mouseReleased", x, y, "left");
}

void browser_type(struct browser *b, const char *text)
{
	for (; *text; text++) {
		int enter = *text == '\r';
		char one[2] = {*text, '\0'};
		json_t *key = json_pack(
			"{s:s, s:s, s:s}", "type", "keyDown", "key", enter ? "Enter" : one, "text", one);

		if (enter)
			json_object_set_new(key, "windowsVirtualKeyCode", json_integer(13));
		browser_do(b, "Input.dispatchKeyEvent", key);
		browser_do(b, "Input.dispatchKeyEvent",
			json_pack("{s:s, s:s}", "type", "keyUp", "key", enter ? "Enter" : one));
	}
}

void browser_page_begin(struct browser_page *page)
{
	strcpy(page->dir, "/tmp/pvq-page.XXXXXX");
	assert_non_null(mkdtemp(page->dir));
}

void browser_page_start(struct browser_page *page, const char *name)
{
	snprintf(page->url, sizeof(page->url), "file://%s/%s", page->dir, name);
	browser_start(&page->browser);
	page->ready = 1;
}

int browser_page_end(struct browser_page *page)
{
	char command[96];

	if (!page->ready)
		return 0;
	browser_stop(&page->browser);
	snprintf(command, sizeof(command), "rm -rf %s", page->dir);
	return system(command);
}
