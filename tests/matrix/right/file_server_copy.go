// Serves each client in a goroutine of its own, with io.Copy, which lets the system send the file.
// exercise: file_server
package main

import (
	"io"
	"log"
	"net"
	"os"
	"time"
)

func send(connection *net.TCPConn, path string) error {
	defer connection.Close()
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := io.Copy(connection, file); err != nil {
		return err
	}
	if err := connection.CloseWrite(); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, connection)
	return err
}

func main() {
	if len(os.Args) != 3 {
		log.Fatalf("usage: %s <port> <path>", os.Args[0])
	}
	listener, err := net.Listen("tcp", ":"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Print(err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		go func() {
			if err := send(connection.(*net.TCPConn), os.Args[2]); err != nil {
				log.Print(err)
			}
		}()
	}
}
