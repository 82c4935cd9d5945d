# Completion of usaged(8) for bash. tests/process/manual_test.cpp holds the three completions and `usaged --help` together.

# Sets COMPREPLY to those of the words that begin with the present one.
_usaged_offer()
{
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_usaged()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    # Readline makes three words of --option=value.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    COMPREPLY=()
    case $previous in
    -c | --config) compopt -o default && return ;;
    --log-level) _usaged_offer "trace debug info warn error" "$current" && return ;;
    --log-format) _usaged_offer "auto text json journal" "$current" && return ;;
    --output) _usaged_offer "table csv json" "$current" && return ;;
    --from | --to | --poll | --port) return ;;
    esac

    # The command is the first word that is neither an option nor the value of one.
    local command="" value_of="" word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
        case $word in
        -c | --config | --log-level | --log-format) value_of=$word ;;
        =) ;;
        -*) value_of="" ;;
        *)
            if [[ -z $value_of ]]; then
                command=$word
                break
            fi
            value_of=""
            ;;
        esac
    done

    local options="" operands="" dated="licenses_usage licenses_deployment"
    case $command in
    "") operands="run fetch backfill replay backup login check status migrate" ;;
    fetch)
        options="--dry-run --output"
        operands="partner_licenses_usage partner_licenses_deployment"
        operands+=" customer_licenses_usage customer_licenses_deployment $dated"
        ;;
    backfill)
        options="--from --to"
        operands=$dated
        ;;
    replay) options="--poll" ;;
    login) options="--device-code --port" ;;
    check) options="--online" ;;
    status) options="--json" ;;
    migrate) options="--status" ;;
    esac

    if [[ $current == -* ]]; then
        _usaged_offer "$options -c --config -h --help --log-format --log-level --version" "$current"
    elif [[ $command == backup ]]; then
        compopt -o default
    else
        _usaged_offer "$operands" "$current"
    fi
}

complete -F _usaged usaged
