/* SPDX-License-Identifier: EUPL-1.2 */
/* Each step is typed as a person would type it, and shown before it runs: whoever reads along can do it by hand the next time. */
#include "client/standing/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

/* Words are lent: they outlive the child, which is waited for. */
void child_add(struct child *ch, const char *word)
{
	require(ch->count + 1 < CHILD_WORDS && word != NULL);
	ch->word[ch->count++] = word;
}

void child_option(struct child *ch, const char *name, const char *value)
{
	require(name[0] == '-');
	if (value == NULL || value[0] == '\0')
		return;
	child_add(ch, name);
	child_add(ch, value);
}

/* As a shell takes it. */
static void print_word(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./:@%+=,[]";

	if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
		(void)printf(" %s", word);
		return;
	}
	(void)fputs(" '", stdout);
	for (; *word != '\0'; word++)
		(void)fputs(*word == '\'' ? "'\\''" : (char[]){*word, '\0'}, stdout);
	(void)putchar('\'');
}

static void print_line(const struct child *ch)
{
	require(ch->count > 0);
	(void)fputs("  $", stdout);
	for (size_t i = 0; i < ch->count; i++)
		print_word(ch->word[i]);
	(void)putchar('\n');
	(void)fflush(stdout);
}

/* In the child.  It does not outlive this one: what nobody waits for would change things unseen. */
static void become(const char *path, const struct child *ch, int in, int out)
{
	require(path != NULL && ch->word[ch->count] == NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGINT, SIG_DFL);
	if (in >= 0)
		(void)dup2(in, STDIN_FILENO);
	if (out >= 0) {
		(void)dup2(out, STDOUT_FILENO);
		(void)dup2(out, STDERR_FILENO);
	}
	(void)execv(path, (char *const *)(const void *)ch->word);
	_exit(127);
}

/* All of it is read, so that the child never waits for us; what goes beyond the room is let go. */
static void gather(struct setup *s, int fd)
{
	char rest[512];
	ssize_t n;

	require(fd >= 0 && s->out_len < SETUP_OUT);
	for (;;) {
		const size_t room = SETUP_OUT - 1 - s->out_len;

		n = room > 0 ? read(fd, s->out + s->out_len, room) : read(fd, rest, sizeof rest);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (room > 0)
			s->out_len += (size_t)n;
	}
	s->out[s->out_len] = '\0';
}

/* Its code as a shell has it; Ctrl-C is told apart, because a reader who pressed it wants no error but an account of what stands. */
static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return CLI_NOT_NOW;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGINT ? CHILD_STOPPED : CLI_NOT_NOW;
}

/* input is short: it fits the pipe, so that it can be written before anybody reads it. */
static bool give(int to, const char *input)
{
	const size_t n = input == NULL ? 0 : strlen(input);

	require(n < 4096);
	return n == 0 || write(to, input, n) == (ssize_t)n;
}

/* What goes in is written before the child is made, and both ends are closed here as soon as it has them: else it would wait for an
 * end of its input that never comes. */
static int run(struct setup *s, const char *path, const struct child *ch, enum child_way way,
	       const char *input)
{
	const bool kept = way != CHILD_SHOWN, fed = input != NULL || kept;
	int in[2] = {-1, -1}, out[2] = {-1, -1}, code = CLI_NOT_NOW;
	struct sigaction quiet = {.sa_handler = SIG_IGN}, before;
	pid_t pid = -1;

	require(s->out != NULL && ch->count > 0);
	s->out_len = 0;
	s->out[0] = '\0';
	if ((fed && pipe2(in, O_CLOEXEC) != 0) || (kept && pipe2(out, O_CLOEXEC) != 0))
		return code;
	/* Ctrl-C is the child's: this one says afterwards how far it came */
	(void)sigemptyset(&quiet.sa_mask);
	(void)sigaction(SIGINT, &quiet, &before);
	if (!fed || give(in[1], input))
		pid = fork();
	if (pid == 0)
		become(path, ch, in[0], out[1]);
	for (int i = 0; i < 2; i++)
		if (in[i] >= 0)
			(void)close(in[i]);
	if (out[1] >= 0)
		(void)close(out[1]);
	if (pid > 0 && kept)
		gather(s, out[0]);
	if (out[0] >= 0)
		(void)close(out[0]);
	if (pid > 0)
		code = wait_for(pid);
	(void)sigaction(SIGINT, &before, NULL);
	if (way == CHILD_QUIET && code != CLI_DONE)
		(void)fwrite(s->out, 1, s->out_len, stderr);
	return code;
}

/* This program again, in the language of its reader.  What is shown has the words that a person would type and no others. */
int child_kring(struct setup *s, const struct child *ch, enum child_way way, const char *input)
{
	struct child all = {.word = {"kring", "--dir", s->c->dir, "--lang", list_langs[s->c->lang]},
			    .count = 5};
	struct child seen = {.word = {"kring", "--dir", s->c->dir}, .count = 3};

	for (size_t i = 0; i < ch->count; i++) {
		child_add(&all, ch->word[i]);
		child_add(&seen, ch->word[i]);
	}
	if (way != CHILD_ASKED)
		print_line(&seen);
	return run(s, "/proc/self/exe", &all, way, input);
}

/* A question that nobody has to see. */
int child_json(struct setup *s, const struct child *ch)
{
	struct child all = {.word = {"--json"}, .count = 1};

	require(s != NULL && ch->count > 0);
	for (size_t i = 0; i < ch->count; i++)
		child_add(&all, ch->word[i]);
	return child_kring(s, &all, CHILD_ASKED, NULL);
}

int child_program(struct setup *s, const struct child *ch, enum child_way way)
{
	require(ch->count > 0 && ch->word[0][0] == '/');
	if (way != CHILD_ASKED)
		print_line(ch);
	return run(s, ch->word[0], ch, way, NULL);
}
