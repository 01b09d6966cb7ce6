
# Options that say which node is asked, as they stand on the line.
_kring_where()
{
	local i word
	_kring_asked=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		[[ $word == --dir || $word == --socket ]] || continue
		[[ ${COMP_WORDS[i + 1]-} == = ]] && ((i++))
		[[ ${COMP_WORDS[i + 1]-} == '~/'* ]] && COMP_WORDS[i + 1]=$HOME${COMP_WORDS[i + 1]#\~}
		((i + 1 < COMP_CWORD)) && _kring_asked+=("$word" "${COMP_WORDS[i + 1]}")
	done
}

# kring COMMAND..., of which the values of one key are printed, a line each.  The node has a third of a second: who waits for it
# types on.  Nothing counts as shown to anybody (no state directory), and of a row nothing but that key is taken: no person's
# name is ever offered.
_kring_ask()
{
	local key=$1 program=${COMP_WORDS[0]}
	shift
	[[ $program == '~/'* ]] && program=$HOME${program#\~}
	_kring_where
	XDG_STATE_HOME=/dev/null timeout 0.3 "$program" "${_kring_asked[@]}" --lang en --json "$@" 2>/dev/null </dev/null |
		sed -n "s/^      \"$key\": \"\\([^\"\\\\]*\\)\",\\{0,1\\}\$/\\1/p"
}

# Those lines of standard input that begin with $1, as they have to be typed.  They come from outside and are never expanded.
_kring_lines()
{
	local line
	while IFS= read -r line; do
		[[ -n $line && $line == "$1"* ]] && COMPREPLY+=("$(printf %q "$line")")
	done
}

# Ids of cases and documents: as many of their letters as lists show, or all of them when more were typed.
_kring_short()
{
	local line
	while IFS= read -r line; do
		((${#1} > 8)) && printf '%s\n' "$line" || printf '%s\n' "${line:0:8}"
	done
}

# What one option or argument of kind $1 may be, of which $2 was typed; $3: its codes, or the list that has its ids.
_kring_value()
{
	local before=
	case $1 in
	FILE) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
	DIR) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
	PARTNER) _kring_lines "$2" < <(_kring_ask typed partner list) ;;
	CASE) _kring_lines "$2" < <(_kring_ask id case list --limit 50 | _kring_short "$2") ;;
	REF) _kring_lines "${2^^}" < <(_kring_ask ref inbox --limit 50; _kring_ask ref sent --limit 50) ;;
	ID) [[ -n $3 ]] && _kring_lines "$2" < <(_kring_ask id ${3% *} ${3#* } | _kring_short "$2") ;;
	CODES) mapfile -t COMPREPLY < <(compgen -W "$3" -- "$2") ;;
	SEVERAL)
		# several codes stand in one word, parted by commas
		[[ $2 == *,* ]] && before=${2%,*},
		mapfile -t COMPREPLY < <(compgen -P "$before" -W "$3" -- "${2##*,}")
		;;
	esac
}

# Which command stands before the cursor, and how many arguments it has there: noun, verb, key, n of the caller.
_kring_command()
{
	local i word
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -* ]]; then
			# what follows an option that takes a value is no word of the command
			if [[ ${COMP_WORDS[i + 1]-} == = ]]; then
				((i += 2))
			elif [[ -n ${_kring_global[$word]-} || -n ${_kring_option["$key $word"]-} || $word == --request-id ]]; then
				((i++))
			fi
		elif [[ -z $noun ]]; then
			noun=$word key=$word
		elif [[ -z $verb && $n -eq 0 && ${_kring_verbs[$noun]-} == *" $word "* ]]; then
			verb=$word key="$noun $word"
		else
			((n++))
		fi
	done
}

_kring()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev='' noun='' verb='' key='' kind n=0
	local -a takes=() _kring_asked=()
	COMPREPLY=()
	[[ $cur == = ]] && cur=
	((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD - 1]}
	[[ $prev == = ]] && prev=${COMP_WORDS[COMP_CWORD - 2]}
	_kring_command
	kind=${_kring_global[$prev]-}
	[[ -n $kind ]] || kind=${_kring_option["$key $prev"]-}
	if [[ $prev == --* && -n $kind ]]; then
		_kring_value "${kind%%:*}" "$cur" "${kind#*:}"
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$_kring_always ${_kring_flags[${key:-none}]-$_kring_alone}" -- "$cur")
	elif [[ -z $noun ]]; then
		mapfile -t COMPREPLY < <(compgen -W "help ${!_kring_verbs[*]}" -- "$cur")
	elif [[ $noun == help && $n -eq 0 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$_kring_topics ${!_kring_verbs[*]}" -- "$cur")
	elif [[ $noun == help && $n -eq 1 ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${_kring_verbs[$prev]-}" -- "$cur")
	elif [[ -z $verb && $n -eq 0 && -n ${_kring_verbs[$noun]// /} ]]; then
		mapfile -t COMPREPLY < <(compgen -W "${_kring_verbs[$noun]}" -- "$cur")
	elif [[ -n ${_kring_words[$key]-} ]]; then
		read -ra takes <<<"${_kring_words[$key]}"
		# an argument with dots may be given again
		[[ $n -ge ${#takes[@]} && ${takes[-1]} == *... ]] && n=$((${#takes[@]} - 1))
		kind=${takes[n]-}
		kind=${kind%...}
		case $kind in
		ID) _kring_value ID "$cur" "${_kring_ids[$key]-}" ;;
		FIELD) _kring_value CODES "$cur" "${_kring_option[FIELD]#*:}" ;;
		?*) _kring_value "$kind" "$cur" '' ;;
		esac
	fi
}
complete -F _kring kring
