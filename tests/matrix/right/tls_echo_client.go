// Verifies the server, sends each line and reads as many bytes as it has sent.
// exercise: tls_echo_client
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

func run(address, name, authority string) error {
	pem, err := os.ReadFile(authority)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return errors.New(authority + ": no certificate")
	}
	connection, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: name})
	if err != nil {
		return err
	}
	defer connection.Close()
	input := bufio.NewReader(os.Stdin)
	for {
		line, end := input.ReadString('\n')
		if line == "" || strings.EqualFold(strings.TrimSuffix(line, "\n"), "q") {
			return nil
		}
		if _, err := io.WriteString(connection, line); err != nil {
			return err
		}
		if _, err := io.CopyN(os.Stdout, connection, int64(len(line))); err != nil {
			return err
		}
		if end != nil {
			return nil
		}
	}
}

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintf(os.Stderr, "usage: %s <ip> <port> <name> <authority>\n", os.Args[0])
		os.Exit(2)
	}
	if err := run(net.JoinHostPort(os.Args[1], os.Args[2]), os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
