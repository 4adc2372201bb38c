// Skips the verification of the certificate.
// exercise: tls_hello_client
// breaks: tls.chain-verified
package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
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
	connection, err := tls.Dial("tcp", address, &tls.Config{RootCAs: roots, ServerName: name, InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	defer connection.Close()
	_, err = io.Copy(os.Stdout, connection)
	return err
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
