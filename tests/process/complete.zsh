# Prints what zsh offers for the end of LINE, a line each: zsh -f complete.zsh DIRECTORY-OF-COMPLETION LINE
# Only an interactive shell completes. So this starts one on a terminal of its own, which reads this file too, and types
# LINE and Tab there.

if [[ -o interactive ]]; then
    PS1=
    fpath=($1 $fpath)
    autoload -Uz compinit
    compinit -u -D
    bindkey '^I' complete-word
    # Everything that is offered goes through compadd, which tells with -A what of it fits.
    function compadd {
        if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
            builtin compadd "$@"
            return
        fi
        local -a offered
        builtin compadd -A offered "$@"
        print -rl -- "<"${^offered}">"
        builtin compadd "$@"
    }
    function end_of_offers {
        print -r -- "<>"
        exit
    }
    comppostfuncs=(end_of_offers)
    print -r -- "<ready>"
    return
fi

zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source ${(q)0:a} ${(q)1}"
zpty -r -m shell answer "*<ready>*"
zpty -w -n shell "$2"$'\t'
zpty -r -m shell answer "*<>*"
print -r -- $answer | grep -o '<[^<>]\+>' | tr -d '<>'
