# Prints what bash offers for the end of LINE, a line each: bash complete.bash usaged.bash LINE
set -euo pipefail
# shellcheck source=/dev/null
source "$1"

# What readline does then, outside of which there is no compopt.
compopt() { compgen -f -- "${COMP_WORDS[COMP_CWORD]}"; }

# As readline makes words: = is one, and after a space there is an empty one.
read -ra COMP_WORDS <<<"${2//=/ = }"
[[ $2 != *' ' ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
read -r _ _ completion _ < <(complete -p usaged) # complete -F FUNCTION usaged
"$completion" || true
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
