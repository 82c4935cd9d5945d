# Completion of usaged(8) for fish. tests/process/manual_test.cpp holds the three completions and `usaged --help` together.

# Whether the command is one of the arguments; without arguments, whether there is none yet. The command is the first
# word that is neither an option nor the value of one.
function __usaged_command
    set -l value_of ""
    for word in (commandline --tokenize --cut-at-cursor --current-process)[2..]
        if contains -- $word -c --config --log-level --log-format
            set value_of $word
        else if string match --quiet -- '-*' $word
            set value_of ""
        else if test -n "$value_of"
            set value_of ""
        else
            contains -- $word $argv
            return
        end
    end
    test (count $argv) -eq 0
end

set -l dated licenses_usage licenses_deployment
set -l datasets partner_licenses_usage partner_licenses_deployment customer_licenses_usage \
    customer_licenses_deployment $dated

complete -c usaged -f
complete -c usaged -s c -l config -r -F -d 'YAML configuration'
complete -c usaged -s h -l help -d 'Print help'
complete -c usaged -l log-format -x -a 'auto text json journal' -d 'Form of the log'
complete -c usaged -l log-level -x -a 'trace debug info warn error' -d 'Least important lines of the log'
complete -c usaged -l version -d 'Print the version'

complete -c usaged -n __usaged_command -a run -d 'The daemon, in the foreground'
complete -c usaged -n __usaged_command -a fetch -d 'One poll of the named datasets'
complete -c usaged -n __usaged_command -a backfill -d 'Ask for past processing dates'
complete -c usaged -n __usaged_command -a replay -d 'Rebuild the rows from the archived answers'
complete -c usaged -n __usaged_command -a backup -d 'Copy the database and verify the copy'
complete -c usaged -n __usaged_command -a login -d 'A person signs in'
complete -c usaged -n __usaged_command -a check -d 'Validate the configuration and print it'
complete -c usaged -n __usaged_command -a status -d 'Last poll, next poll, data and errors'
complete -c usaged -n __usaged_command -a migrate -d 'Apply pending migrations of the database'

complete -c usaged -n '__usaged_command fetch' -a "$datasets" -d Dataset
complete -c usaged -n '__usaged_command fetch' -l dry-run -d 'Store nothing'
complete -c usaged -n '__usaged_command fetch' -l output -x -a 'table csv json' -d 'Print the rows'
complete -c usaged -n '__usaged_command backfill' -a "$dated" -d Dataset
complete -c usaged -n '__usaged_command backfill' -l from -x -d 'First processing date'
complete -c usaged -n '__usaged_command backfill' -l to -x -d 'Last processing date'
complete -c usaged -n '__usaged_command replay' -l poll -x -d 'From this poll on'
complete -c usaged -n '__usaged_command backup' -F
complete -c usaged -n '__usaged_command login' -l device-code -d 'Enter a code on another device'
complete -c usaged -n '__usaged_command login' -l port -x -d 'Port that the browser ends at'
complete -c usaged -n '__usaged_command check' -l online -d 'Try all that a poll needs'
complete -c usaged -n '__usaged_command status' -l json -d 'As a JSON document'
complete -c usaged -n '__usaged_command migrate' -l status -d 'Only list the migrations'
