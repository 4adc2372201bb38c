// Reads lines of any length with a buffered reader, and answers with io.ReadFull.
// exercise: echo_client
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

func converse(address string) error {
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer connection.Close()
	input := bufio.NewReader(os.Stdin)
	for {
		line, problem := input.ReadString('\n')
		if problem != nil && !errors.Is(problem, io.EOF) {
			return problem
		}
		word := strings.TrimSuffix(line, "\n")
		if line == "" || word == "Q" || word == "q" {
			return nil
		}
		if _, err := io.WriteString(connection, line); err != nil {
			return err
		}
		answer := make([]byte, len(line))
		if _, err := io.ReadFull(connection, answer); err != nil {
			return err
		}
		if _, err := os.Stdout.Write(answer); err != nil {
			return err
		}
	}
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintf(os.Stderr, "usage: %s <ip> <port>\n", os.Args[0])
		os.Exit(2)
	}
	if err := converse(net.JoinHostPort(os.Args[1], os.Args[2])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
