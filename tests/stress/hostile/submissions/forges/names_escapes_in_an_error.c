/* kind: forges
 * exercise: hello_server
 * tries: escapes of terminals in what the compiler says
 * promise: status=1 built=no
 */
#pragma GCC error "\033]0;forged\007\033[2J <forged> \n::set-output name=forged::1"
