// Go: scans the numbers with fmt, and moves them with encoding/binary, in the byte order of all machines in use here.
// exercise: op_client

package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"os"
)

func fail(problem error) {
	fmt.Fprintln(os.Stderr, problem)
	os.Exit(1)
}

func ask(connection net.Conn) (int32, error) {
	input := bufio.NewReader(os.Stdin)
	var count uint8
	if _, problem := fmt.Fscan(input, &count); problem != nil {
		return 0, problem
	}
	operands := make([]int32, count)
	for place := range operands {
		if _, problem := fmt.Fscan(input, &operands[place]); problem != nil {
			return 0, problem
		}
	}
	var sign string
	if _, problem := fmt.Fscan(input, &sign); problem != nil {
		return 0, problem
	}
	for _, part := range []any{count, operands, sign[0]} {
		if problem := binary.Write(connection, binary.LittleEndian, part); problem != nil {
			return 0, problem
		}
	}
	var result int32
	return result, binary.Read(connection, binary.LittleEndian, &result)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: op_client <ip> <port>")
		os.Exit(1)
	}
	connection, problem := net.Dial("tcp", net.JoinHostPort(os.Args[1], os.Args[2]))
	if problem != nil {
		fail(problem)
	}
	defer connection.Close()
	result, problem := ask(connection)
	if problem != nil {
		fail(problem)
	}
	fmt.Println("result:", result)
}
