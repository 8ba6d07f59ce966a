# demandctl 的补全。编号旁边显示客户姓名。
function __demandctl_some
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1]
    set -g __demandctl_found (env _DEMANDCTL_COMPLETE=fish $program $words (commandline -ct) 2>/dev/null)
    test (count $__demandctl_found) -gt 0
end
complete -c demandctl -n __demandctl_some -f -k -a '$__demandctl_found'
